/** Scrolls a log to its newest line, unless the reader has scrolled up. */
export function follow(view, always) {
  const distance = view.scrollHeight - view.scrollTop - view.clientHeight;
  if (always || distance < 200) {
    view.scrollTop = view.scrollHeight;
  }
}
