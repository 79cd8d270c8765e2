// Runs before the first paint, so that a chosen theme does not flash. Everything else about it is in sidebar.js.
document.documentElement.dataset.theme = localStorage.getItem("theme") || "auto";
document.documentElement.lang = (navigator.language || "en").toLowerCase().startsWith("ru") ? "ru" : "en";
