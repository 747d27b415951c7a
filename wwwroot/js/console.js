// The console of one container: xterm.js over ConsoleHub. No byte of it passes through the page's circuit.
import { Terminal } from "../lib/xterm/xterm.mjs";
import { FitAddon } from "../lib/xterm-addon-fit/addon-fit.mjs";
import { Hub } from "./hub.js";

const encoder = new TextEncoder();
// Below SignalR's limit of 32 KiB a message.
const inputChunk = 16 * 1024;
// Credits are gathered: one message for each chunk would cost more than the chunk.
const creditAfterBytes = 16 * 1024;
const creditAfterMs = 50;

const theme = {
  background: "#0b1020", foreground: "#d7deea", cursor: "#7dd3fc", cursorAccent: "#0b1020", selectionBackground: "#33457a",
  black: "#1e2638", red: "#ff6b7a", green: "#5ee28a", yellow: "#f5cf66", blue: "#6ea8ff", magenta: "#c792ff", cyan: "#5fdcec", white: "#d7deea",
  brightBlack: "#6b7891", brightRed: "#ff8f9b", brightGreen: "#86f0a8", brightYellow: "#ffe08a", brightBlue: "#94c0ff",
  brightMagenta: "#d9b3ff", brightCyan: "#8be9f5", brightWhite: "#ffffff",
};

/**
 * @param {HTMLElement} host the element that the terminal fills
 * @param {{container: string, terminal: boolean, run: string | null}} options
 *   run names the container's present run (the time of its start), null while it does not run
 */
export function mount(host, options) {
  const view = new ConsoleView(host, options);
  // For tests and the browser's own console: what the terminal shows, as text.
  window.minirun.console = view;
  return view;
}

class ConsoleView {
  #host;
  #status;
  #form;
  #terminal;
  #fit = new FitAddon();
  #hub = null;
  #stream = null;
  #container;
  #isTerminal;
  // The run that the page knows of, the one attached to, and the last one seen to end.
  #run = null;
  #attachedRun = null;
  #endedRun = null;
  #uncredited = 0;
  #creditTimer = 0;
  #resizeTimer = 0;
  #observer;

  constructor(host, { container, terminal, run }) {
    this.#host = host;
    this.#status = host.parentElement.querySelector("[data-console-status]");
    this.#form = host.parentElement.querySelector("form");
    this.#container = container;
    this.#isTerminal = terminal;
    this.#terminal = new Terminal({
      theme,
      fontFamily: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
      fontSize: 13,
      scrollback: 10_000,
      cursorBlink: terminal,
      convertEol: !terminal,
      disableStdin: !terminal,
      screenReaderMode: false,
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.open(host);
    this.#fitNow();
    this.#terminal.onData((text) => this.#input(encoder.encode(text)));
    this.#terminal.onBinary((text) => this.#input(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    this.#terminal.onResize(({ cols, rows }) => this.#resized(cols, rows));
    this.#terminal.attachCustomKeyEventHandler((event) => this.#copyKey(event));
    this.#observer = new ResizeObserver(() => this.#fitNow());
    this.#observer.observe(host);
    this.#form?.addEventListener("submit", this.#submitLine);
    this.#stopped();
    this.setRun(run);
  }

  /** The page knows the container's state: a new run is attached to, once the end of the one before has been shown. */
  setRun(run) {
    if (run === this.#run) {
      return;
    }
    this.#run = run;
    if (this.#stream) {
      return;
    }
    if (run !== null) {
      this.#attach();
    } else {
      this.#stopped();
    }
  }

  text() {
    const buffer = this.#terminal.buffer.active;
    const lines = [];
    for (let row = 0; row < buffer.length; row++) {
      lines.push(buffer.getLine(row).translateToString(true));
    }
    return lines.join("\n").trimEnd();
  }

  /** "rows columns", as stty prints it. */
  get size() {
    return `${this.#terminal.rows} ${this.#terminal.cols}`;
  }

  /** The palette colours of the characters of the last line that contains a text; -1 is the default colour. */
  colours(text) {
    const buffer = this.#terminal.buffer.active;
    for (let row = buffer.length - 1; row >= 0; row--) {
      const line = buffer.getLine(row);
      const start = line.translateToString(true).indexOf(text);
      if (start >= 0) {
        return Array.from(text, (_, i) => line.getCell(start + i).getFgColor());
      }
    }
    return [];
  }

  focus() {
    this.#terminal.focus();
  }

  dispose() {
    this.#observer.disconnect();
    this.#form?.removeEventListener("submit", this.#submitLine);
    clearTimeout(this.#creditTimer);
    clearTimeout(this.#resizeTimer);
    this.#hub?.dispose();
    this.#terminal.dispose();
    if (window.minirun.console === this) {
      delete window.minirun.console;
    }
  }

  #attach() {
    this.#hub?.dispose();
    this.#stream = null;
    this.#say("connecting", "Connecting…");
    this.#hub = new Hub("/hubs/console", (connection) => this.#connected(connection), (state, retryInMs) => {
      if (state === "connecting") {
        this.#stream = null;
        this.#say("connecting", `The connection is lost; trying again in ${retryInMs / 1000} s…`);
      }
    });
  }

  #connected(connection) {
    clearTimeout(this.#creditTimer);
    this.#creditTimer = 0;
    this.#uncredited = 0;
    this.#attachedRun = this.#run;
    // The server replays what was written last, so what is on the screen would appear twice.
    this.#terminal.reset();
    const hub = this.#hub;
    this.#stream = connection.stream("Attach", this.#container, this.#terminal.cols, this.#terminal.rows);
    this.#stream.subscribe({
      next: (message) => this.#received(message),
      complete: () => this.#ended(hub),
      error: (error) => this.#ended(hub, error),
    });
  }

  #received(message) {
    switch (message.kind) {
      case "hello":
        this.#say("connected", message.terminal ? "Connected" : "Connected. Without a terminal: type whole lines below.");
        break;
      case "output":
        this.#terminal.write(message.data, () => this.#credit(message.data.length));
        break;
      case "skipped":
        this.#note(`${message.skipped.toLocaleString("en")} bytes skipped: this browser was too slow. They are in the log.`);
        break;
      case "exited": {
        const why = message.outOfMemory ? "out of memory, " : "";
        this.#endedRun = this.#attachedRun;
        this.#note(`container stopped (${why}exit code ${message.exitCode})`);
        this.#say("stopped", `Container stopped (${why}exit code ${message.exitCode}).`);
        break;
      }
    }
  }

  #ended(hub, error) {
    if (hub !== this.#hub) {
      return;
    }
    this.#stream = null;
    if (this.#run !== null && this.#run !== this.#attachedRun) {
      this.#attach();
    } else if (this.#run === null || this.#endedRun === this.#attachedRun) {
      this.#stopped();
    } else {
      if (error) {
        this.#say("connecting", `${error.message} Trying again…`);
      }
      hub.reconnect();
    }
  }

  #stopped() {
    this.#hub?.dispose();
    this.#hub = null;
    // "Container stopped (exit code 0)" says more than this.
    if (this.#status?.dataset.consoleStatus !== "stopped") {
      this.#say("stopped", "The container does not run. What it wrote is under Logs.");
    }
  }

  #credit(length) {
    this.#uncredited += length;
    if (this.#uncredited >= creditAfterBytes) {
      this.#sendCredit();
    } else {
      this.#creditTimer ||= setTimeout(() => this.#sendCredit(), creditAfterMs);
    }
  }

  #sendCredit() {
    clearTimeout(this.#creditTimer);
    this.#creditTimer = 0;
    if (this.#uncredited > 0) {
      this.#send("Credit", this.#uncredited);
      this.#uncredited = 0;
    }
  }

  #input(data) {
    if (!this.#stream) {
      return;
    }
    for (let start = 0; start < data.length; start += inputChunk) {
      this.#send("Input", data.subarray(start, start + inputChunk));
    }
  }

  #submitLine = (event) => {
    event.preventDefault();
    const field = this.#form.querySelector("input");
    if (!this.#stream) {
      return;
    }
    // Pipes do not echo: without this nobody would see what was sent.
    this.#terminal.write(`\x1b[36m› ${field.value.replaceAll("\x1b", "")}\x1b[0m\r\n`);
    this.#input(encoder.encode(`${field.value}\n`));
    field.value = "";
  };

  #send(method, ...values) {
    // A connection that is lost meanwhile is attached anew; what was typed into it is lost with it.
    this.#hub?.connection?.send(method, ...values).catch(() => {});
  }

  #resized(columns, rows) {
    clearTimeout(this.#resizeTimer);
    this.#resizeTimer = setTimeout(() => this.#send("Resize", columns, rows), 100);
  }

  #fitNow() {
    // A hidden tab has no size; fitting to it would make the terminal two columns wide.
    if (this.#host.clientWidth > 0 && this.#host.clientHeight > 0) {
      this.#fit.fit();
    }
  }

  #copyKey(event) {
    if (event.type === "keydown" && event.ctrlKey && event.shiftKey && event.code === "KeyC" && this.#terminal.hasSelection()) {
      navigator.clipboard?.writeText(this.#terminal.getSelection());
      event.preventDefault();
      return false;
    }
    return true;
  }

  #note(text) {
    this.#terminal.write(`\r\n\x1b[0m\x1b[33m── ${text} ──\x1b[0m\r\n`);
  }

  #say(state, text) {
    if (this.#status) {
      this.#status.dataset.consoleStatus = state;
      this.#status.textContent = text;
    }
  }
}
