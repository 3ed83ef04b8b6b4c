import { start } from "./app.js";
import { service } from "./source.js";

start(service);
