// Everything reads without this file. It adds live rows, seeking in place, following, and keys.
import "./live.js";
import "./transcript.js";
import "./keys.js";
