// One SignalR connection that reconnects by itself, independent of the page's circuit.

const delays = [500, 1000, 2000, 4000, 5000];
// A connection that lived this long was a good one: the next retry comes soon again.
const settledMs = 10_000;

export class Hub {
  #path;
  #connected;
  #changed;
  #connection = null;
  // Raised whenever a connection is given up: callbacks of an older one are then ignored.
  #generation = 0;
  #attempt = 0;
  #connectedAt = Infinity;
  #timer = 0;

  /**
   * @param {string} path of the hub
   * @param {(connection: object) => void} connected called on each new connection
   * @param {(state: "connected" | "connecting", retryInMs?: number) => void} changed
   */
  constructor(path, connected, changed = () => {}) {
    this.#path = path;
    this.#connected = connected;
    this.#changed = changed;
    this.#connect();
  }

  get connection() {
    return this.#connection?.state === "Connected" ? this.#connection : null;
  }

  async #connect() {
    const generation = ++this.#generation;
    const { signalR } = window;
    const connection = new signalR.HubConnectionBuilder()
      .withUrl(this.#path)
      .withHubProtocol(new signalR.protocols.msgpack.MessagePackHubProtocol())
      // What goes wrong is shown on the page, not in the browser's console.
      .configureLogging(signalR.LogLevel.None)
      .build();
    connection.onclose(() => this.#retry(generation));
    this.#connection = connection;
    try {
      await connection.start();
    } catch (error) {
      if (error?.statusCode === 401) {
        location.assign("/sign-in");
        return;
      }
      this.#retry(generation);
      return;
    }
    if (generation !== this.#generation) {
      connection.stop();
      return;
    }
    this.#connectedAt = performance.now();
    this.#changed("connected");
    this.#connected(connection);
  }

  #retry(generation) {
    if (generation !== this.#generation) {
      return;
    }
    if (performance.now() - this.#connectedAt > settledMs) {
      this.#attempt = 0;
    }
    this.#connectedAt = Infinity;
    const delay = delays[Math.min(this.#attempt++, delays.length - 1)];
    this.#changed("connecting", delay);
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  /** Gives the connection up and makes a new one, as after a stream that failed. */
  reconnect() {
    const generation = this.#generation;
    if (this.connection) {
      this.#connection.stop();
    } else {
      this.#retry(generation);
    }
  }

  dispose() {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#connection?.stop();
  }
}
