// Fills the CPU, memory and process cells of the containers' table once a second.
// The components render these cells empty: 300 rows at 1 Hz would otherwise be rendered on the server for each tab.
import { Hub } from "./hub.js";
import { bytes, cpus, level, percent } from "./format.js";

export function watch(table) {
  let latest = new Map();

  const hub = new Hub("/hubs/metrics", (connection) => {
    connection.stream("Watch", null).subscribe({
      next(samples) {
        latest = new Map(samples.map((sample) => [sample.id, sample]));
        fill();
      },
      error: () => hub.reconnect(),
      complete: () => hub.reconnect(),
    });
  }, (state) => table.classList.toggle("stale", state !== "connected"));

  function fill() {
    for (const row of table.querySelectorAll("tr[data-id]")) {
      const sample = latest.get(row.dataset.id);
      if (sample) {
        fillRow(row, sample);
      }
    }
  }

  // A row that scrolls into view or starts to run shows its figures at once, not at the next tick.
  const observer = new MutationObserver((changes) => {
    if (changes.some((change) => change.addedNodes.length > 0 && change.target.closest("[data-metric]") === null)) {
      fill();
    }
  });
  observer.observe(table, { childList: true, subtree: true });

  return {
    dispose() {
      observer.disconnect();
      hub.dispose();
    },
  };
}

function fillRow(row, sample) {
  const { cpuLimit, memoryLimit, pidsLimit } = sample;
  show(row, "cpu", cpuLimit ? percent(sample.cpus, cpuLimit) : `${cpus(sample.cpus)} CPU`, sample.cpus, cpuLimit);
  show(row, "memory", memoryLimit ? `${bytes(sample.memory)} / ${bytes(memoryLimit)}` : bytes(sample.memory), sample.memory, memoryLimit);
  show(row, "pids", `${sample.pids}`, sample.pids, pidsLimit);
}

function show(row, metric, text, part, whole) {
  const cell = row.querySelector(`[data-metric="${metric}"]`);
  if (!cell) {
    return;
  }
  const value = cell.querySelector("[data-value]");
  if (value.textContent !== text) {
    value.textContent = text;
  }
  const bar = cell.querySelector("[data-bar]");
  if (bar) {
    bar.style.width = whole ? `${Math.min(100, (100 * part) / whole)}%` : "0";
    bar.dataset.level = whole ? level(part, whole) : "";
  }
}
