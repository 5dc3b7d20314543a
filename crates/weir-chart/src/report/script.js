document.querySelectorAll("button[data-svg]").forEach(function (button) {
  button.hidden = false;
  button.addEventListener("click", function () {
    var svg = button.closest("figure").querySelector("svg.wide").cloneNode(true);
    svg.setAttribute("viewBox", svg.getAttribute("data-full"));
    svg.removeAttribute("data-full");
    svg.removeAttribute("class");
    var text = new XMLSerializer().serializeToString(svg) + "\n";
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    link.download = button.getAttribute("data-svg");
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  });
});
