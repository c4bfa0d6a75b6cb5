"use strict";
(function () {
  const root = document.documentElement;
  const button = document.getElementById("language");
  function show(language) {
    root.dataset.lang = language;
    root.lang = language;
    document.title = document.body.dataset[language === "ja" ? "titleJa" : "titleEn"];
    button.textContent = language === "ja" ? "English" : "日本語";
    button.lang = language === "ja" ? "en" : "ja";
  }
  button.hidden = false;
  button.addEventListener("click", function () { show(root.dataset.lang === "ja" ? "en" : "ja"); });
  show(new URLSearchParams(location.search).get("lang") === "en" ? "en" : "ja");
})();
