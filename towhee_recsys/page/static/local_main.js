import { start } from "./app.js";
import { localSource } from "./local.js";

start(localSource(JSON.parse(document.getElementById("data").textContent)));
