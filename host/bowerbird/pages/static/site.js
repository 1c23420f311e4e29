// Everything reads without this file. It adds live rows, forms that act in place, dialogs, and keys.
import "./live.js";
import "./acts.js";
import "./dialogs.js";
import "./keys.js";
import "./look.js";
import "./pictures.js";
