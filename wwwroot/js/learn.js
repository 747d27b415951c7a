/** Moves to a heading, and brings it up where what follows would not be seen: below the cards of a narrow screen. */
export function show(heading) {
  heading.focus({ preventScroll: true });
  if (heading.getBoundingClientRect().top > innerHeight / 2) {
    heading.scrollIntoView({ block: "start" });
  }
}
