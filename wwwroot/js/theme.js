// A classic script in the head: it must run before the first paint, or a dark page flashes white.
(() => {
  const key = "minirun.theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  let follower = null;

  // Storage can be forbidden by the browser; the choice then lasts as long as the page.
  let mode = "auto";
  try {
    mode = localStorage.getItem(key) ?? "auto";
  } catch { /* see above */ }

  const isDark = () => mode === "dark" || (mode === "auto" && system.matches);

  function apply() {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    document.dispatchEvent(new CustomEvent("minirun-theme"));
  }

  system.addEventListener("change", () => {
    apply();
    // The circuit may be gone by now; the attribute above is what counts then.
    follower?.invokeMethodAsync("SystemThemeChanged", isDark()).catch(() => {});
  });

  window.minirun = {
    theme: {
      read: () => ({ mode, dark: isDark() }),
      set(chosen) {
        mode = chosen;
        try {
          localStorage.setItem(key, chosen);
        } catch { /* see above */ }
        apply();
        return isDark();
      },
      follow: (reference) => { follower = reference; },
    },
  };
  apply();
})();
