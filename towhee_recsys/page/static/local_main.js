import { start } from "./app.js";
import { parsed } from "./json.js";
import { localSource } from "./local.js";

start(localSource(parsed(document.getElementById("data").textContent)));
