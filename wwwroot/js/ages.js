// Fills <span data-since="unix ms"> with the time since then, each second and without the circuit.
import { duration } from "./format.js";

function fill(root) {
  const now = Date.now();
  for (const element of root.querySelectorAll("[data-since]")) {
    const text = duration(now - Number(element.dataset.since));
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
