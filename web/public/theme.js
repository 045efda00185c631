// Sets the chosen theme before the first paint. Runs from a file because the page allows no inline script.
(() => {
  try {
    const theme = localStorage.getItem("raally.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is closed to us: the system's theme holds.
  }
})();
