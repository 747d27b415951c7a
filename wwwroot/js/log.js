/** Keeps a log at its newest line until its reader scrolls up, and again once they have scrolled down. */
export function mount(view) {
  let pinned = true;

  const toEnd = () => {
    if (pinned) {
      view.scrollTop = view.scrollHeight;
    }
  };

  const scrolled = () => {
    pinned = view.scrollHeight - view.scrollTop - view.clientHeight < 60;
  };

  // Only the reader unpins: the view also scrolls when lines are added above or the tab is hidden.
  const byReader = () => requestAnimationFrame(scrolled);
  const events = ["wheel", "touchmove", "keydown", "pointerup"];
  for (const event of events) {
    view.addEventListener(event, byReader, { passive: true });
  }

  // The list draws its lines after it was told of them, and a hidden tab has no height to scroll.
  const lines = new MutationObserver(toEnd);
  lines.observe(view, { childList: true, subtree: true });
  const size = new ResizeObserver(toEnd);
  size.observe(view);

  return {
    pin(value) {
      pinned = value;
      toEnd();
    },
    dispose() {
      lines.disconnect();
      size.disconnect();
      for (const event of events) {
        view.removeEventListener(event, byReader);
      }
    },
  };
}
