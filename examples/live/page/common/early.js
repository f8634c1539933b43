// Before the first picture, so that nobody sees the page in the wrong light: no module, since those come later.
try {
  const theme = localStorage.getItem("liveroom theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; then the page follows the system.
}
