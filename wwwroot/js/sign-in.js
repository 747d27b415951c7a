// The sign-in link carries its ticket behind the #, which a browser sends to no server and writes to no log.
const status = document.querySelector("[data-sign-in-status]");
const help = document.querySelector("[data-sign-in-help]");

const ticket = new URLSearchParams(location.hash.slice(1)).get("ticket");
history.replaceState(null, "", location.pathname);

if (ticket) {
  signIn(ticket);
}

// A link pasted over an open sign-in page changes only the fragment: nothing would load.
addEventListener("hashchange", () => location.reload());

async function signIn(value) {
  say("busy", "Signing in…");
  help.hidden = true;
  try {
    const response = await fetch("/api/v1/sign-in", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ticket: value }),
    });
    if (response.ok) {
      say("done", "Signed in.");
      location.replace("/containers");
      return;
    }
    const problem = await response.json().catch(() => null);
    say("failed", problem?.detail ?? problem?.title ?? `The link was not accepted (HTTP ${response.status}).`);
  } catch {
    say("failed", "The panel does not answer. Is it running?");
  }
  help.hidden = false;
}

function say(state, text) {
  status.hidden = false;
  status.dataset.signInStatus = state;
  status.textContent = text;
}
