// Starts Swagger UI on the document of this service. It is a file of its own because the page allows no script inside itself.
"use strict";

const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");

function applyScheme() {
  document.documentElement.classList.toggle("dark-mode", darkScheme.matches);
}

applyScheme();
darkScheme.addEventListener("change", applyScheme);

// The row that the address names, if it is that of a problem.
const problem = document.getElementById(window.location.hash.slice(1));

window.SwaggerUIBundle({
  url: "openapi.json",
  domNode: document.getElementById("swagger-ui"),
  // Links to operations take the place of what the address names after the number sign.
  deepLinking: problem === null,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // Keys are forgotten with the page.
  persistAuthorization: false,
  // Nothing is sent to a validator elsewhere.
  validatorUrl: null,
  // What Swagger UI puts above the row has moved it.
  onComplete: () => problem?.scrollIntoView(),
});
