// What the dashboard adds: links are recognised as they are typed or dropped, and the queue is put in order by drag and keys.
import "./capture.js";
import "./queue.js";
