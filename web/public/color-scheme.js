// Runs before the first paint, so that a dark reading room sees no white flash.
(function () {
  const stored = localStorage.getItem("cdss-color-scheme");
  const dark =
    stored === "dark" || (stored !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
