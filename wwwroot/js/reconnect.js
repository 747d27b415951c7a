// Reacts to the circuit's connection: the style sheet shows the states, this acts on them.
const modal = document.getElementById("components-reconnect-modal");

modal.addEventListener("components-reconnect-state-changed", ({ detail }) => {
  if (detail.state === "failed") {
    document.addEventListener("visibilitychange", retryWhenVisible);
  } else if (detail.state === "rejected") {
    // The server answers but does not know this circuit: it was restarted.
    location.reload();
  }
});

document.getElementById("components-reconnect-button").addEventListener("click", retry);

async function retry() {
  document.removeEventListener("visibilitychange", retryWhenVisible);
  try {
    const resumed = await Blazor.reconnect() || await Blazor.resumeCircuit();
    if (!resumed) {
      location.reload();
    }
  } catch {
    document.addEventListener("visibilitychange", retryWhenVisible);
  }
}

async function retryWhenVisible() {
  if (document.visibilityState === "visible") {
    await retry();
  }
}
