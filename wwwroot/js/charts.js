// Live charts of one container: the last ten minutes, then one point a second, drawn on canvas by uPlot.
import uPlot from "../lib/uplot/uPlot.esm.js";
import { Hub } from "./hub.js";
import { bytes, cpus, percent } from "./format.js";

const windowSeconds = 600;
// A gap longer than this means that the container did not run: the line is broken there.
const gapSeconds = 3;

// Round numbers for the axes: powers of two for bytes, as the limits are written.
const binary = Array.from({ length: 50 }, (_, power) => 2 ** power);
const whole = Array.from({ length: 7 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
const decimal = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, ...whole];

const kinds = {
  memory: {
    value: (s) => s.memory,
    limit: (s) => s.memoryLimit,
    format: bytes,
    tick: bytes,
    steps: binary,
    colour: "--minirun-chart-memory",
  },
  cpu: {
    value: (s) => s.cpus,
    limit: (s) => s.cpuLimit,
    format: (v) => `${cpus(v)} CPU`,
    tick: (v) => `${Number(v.toFixed(3))}`,
    steps: decimal,
    colour: "--minirun-chart-cpu",
  },
  pids: {
    value: (s) => s.pids,
    limit: (s) => s.pidsLimit,
    format: (v) => v.toLocaleString("en"),
    tick: (v) => `${v}`,
    steps: whole,
    colour: "--minirun-chart-pids",
  },
};

/** @param {HTMLElement} root holds one [data-chart] element for each kind */
export function mount(root, container) {
  const charts = [...root.querySelectorAll("[data-chart]")].map((element) => new Chart(element, kinds[element.dataset.chart]));

  const hub = new Hub("/hubs/metrics", async (connection) => {
    try {
      const recent = await connection.invoke("Recent", container);
      charts.forEach((chart) => chart.replace(recent));
    } catch {
      // The container may just have been deleted; the page says so.
    }
    connection.stream("Watch", container).subscribe({
      next: (samples) => charts.forEach((chart) => chart.add(samples)),
      error: () => hub.reconnect(),
      complete: () => hub.reconnect(),
    });
  }, (state) => root.classList.toggle("stale", state !== "connected"));

  const redraw = () => charts.forEach((chart) => chart.redraw());
  document.addEventListener("minirun-theme", redraw);

  return {
    setScale(againstLimit) {
      charts.forEach((chart) => chart.setScale(againstLimit));
    },
    dispose() {
      document.removeEventListener("minirun-theme", redraw);
      hub.dispose();
      charts.forEach((chart) => chart.dispose());
    },
  };
}

class Chart {
  #element;
  #kind;
  #plot;
  #observer;
  #times = [];
  #values = [];
  #limits = [];
  #againstLimit = false;
  #points = 0;

  constructor(element, kind) {
    this.#element = element;
    this.#kind = kind;
    const canvas = element.querySelector("[data-canvas]");
    this.#plot = new uPlot(this.#options(canvas), this.#data(), canvas);
    this.#observer = new ResizeObserver(() => {
      if (canvas.clientWidth > 0) {
        this.#plot.setSize({ width: canvas.clientWidth, height: canvas.clientHeight });
      }
    });
    this.#observer.observe(canvas);
  }

  replace(samples) {
    this.#times = [];
    this.#values = [];
    this.#limits = [];
    this.add(samples);
  }

  add(samples) {
    for (const sample of samples) {
      this.#push(sample);
    }
    const last = samples.at(-1);
    if (last) {
      this.#showNow(last);
    }
    this.#draw();
  }

  setScale(againstLimit) {
    this.#againstLimit = againstLimit;
    this.#draw();
  }

  redraw() {
    this.#plot.redraw(false, true);
  }

  dispose() {
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  #push(sample) {
    const time = sample.time / 1000;
    const before = this.#times.at(-1);
    if (before !== undefined && time <= before) {
      return;
    }
    if (before !== undefined && time - before > gapSeconds) {
      this.#append(before + 1, null, null);
    }
    this.#append(time, this.#kind.value(sample), this.#kind.limit(sample) ?? null);
    this.#points++;
    let old = 0;
    while (this.#times[old] < time - windowSeconds) {
      old++;
    }
    for (const series of [this.#times, this.#values, this.#limits]) {
      series.splice(0, old);
    }
  }

  #append(time, value, limit) {
    this.#times.push(time);
    this.#values.push(value);
    this.#limits.push(limit);
  }

  #draw() {
    this.#element.toggleAttribute("data-empty", this.#times.length === 0);
    this.#plot.setData(this.#data());
    // For tests: how many samples have been drawn since the page was opened.
    this.#element.dataset.points = `${this.#points}`;
  }

  #data() {
    return [this.#times, this.#values, this.#limits];
  }

  #showNow(sample) {
    const value = this.#kind.value(sample);
    const limit = this.#kind.limit(sample);
    this.#element.querySelector("[data-now]").textContent = this.#kind.format(value);
    this.#element.querySelector("[data-limit]").textContent = limit
      ? `${percent(value, limit)} of ${this.#kind.format(limit)}`
      : "no limit";
  }

  #options(canvas) {
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const axis = {
      stroke: () => colour("--minirun-muted"),
      grid: { stroke: () => colour("--minirun-line"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    return {
      width: canvas.clientWidth || 300,
      height: canvas.clientHeight || 120,
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      padding: [8, 8, 0, 0],
      scales: {
        x: { time: true, range: (_plot, _min, max) => this.#timeRange(max) },
        y: { range: () => [0, this.#top()] },
      },
      series: [
        {},
        {
          stroke: () => colour(this.#kind.colour),
          fill: () => `${colour(this.#kind.colour)}26`,
          width: 1.75,
          points: { show: false },
        },
        { stroke: () => colour("--minirun-chart-limit"), width: 1, dash: [5, 4], points: { show: false } },
      ],
      axes: [
        { ...axis, size: 24, space: 80, values: [[60, "{HH}:{mm}"], [1, "{HH}:{mm}:{ss}"]] },
        { ...axis, size: 62, space: 28, incrs: this.#kind.steps, values: (_, splits) => splits.map((split) => this.#kind.tick(split)) },
      ],
    };
  }

  #timeRange(max) {
    // At least a minute is shown, so that the first points do not fill the whole width.
    const end = max ?? Date.now() / 1000;
    const begin = this.#times[0] ?? end;
    return [Math.min(begin, end - 60), end];
  }

  #top() {
    const used = this.#values.reduce((most, value) => Math.max(most, value ?? 0), 0);
    const limit = this.#limits.reduce((most, value) => Math.max(most, value ?? 0), 0);
    // Close to the limit it is always in the picture.
    const withLimit = limit > 0 && (this.#againstLimit || used > limit / 3);
    return Math.max(withLimit ? limit * 1.1 : used * 1.25, this.#kind === kinds.pids ? 4 : Number.EPSILON) || 1;
  }
}
