// Fills <span data-since="unix ms" data-words="up | ago"> with the time since then, each second and without the circuit.
import { duration } from "./format.js";

function fill(root) {
  const now = Date.now();
  for (const element of root.querySelectorAll("[data-since]")) {
    const time = duration(now - Number(element.dataset.since));
    const text = element.dataset.words === "up" ? `up ${time}` : `${time} ago`;
    if (element.textContent !== text) {
      element.textContent = text;
    }
  }
}

let queued = false;
new MutationObserver(() => {
  if (!queued) {
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      fill(document);
    });
  }
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-since"] });
setInterval(() => fill(document), 1000);
