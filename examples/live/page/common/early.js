// Before the first picture, so that nobody sees the page in the wrong light: no module, since those come later. So it
// reads by itself what store.js has written.
try {
  const theme = JSON.parse(localStorage.getItem("liveroom theme") ?? "null");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; then the page follows the system.
}
