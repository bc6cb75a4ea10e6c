// Shows the API's description. Production gives it to those alone who have logged in: then the
// session of the web application in this browser is continued, under the lock that it renews with.
"use strict";

const JSON_ONLY = { Accept: "application/json" };

async function description() {
  const answer = await fetch("/api/schema/", { headers: JSON_ONLY });
  if (answer.status !== 401) return answer;
  const token = await navigator.locks.request("cdss-session", accessToken);
  if (token === null) return answer;
  return fetch("/api/schema/", { headers: { ...JSON_ONLY, Authorization: `Bearer ${token}` } });
}

async function accessToken() {
  const answer = await fetch("/api/acct/token/refresh/", {
    method: "POST",
    headers: { ...JSON_ONLY, "Content-Type": "application/json", "X-Session": "cookie" },
  });
  return answer.ok ? (await answer.json()).access : null;
}

async function show() {
  const page = document.getElementById("page");
  const answer = await description();
  const content = await answer.json();
  if (!answer.ok) page.textContent = content.error.message;
  else if (document.body.dataset.shownBy === "redoc") Redoc.init(content, {}, page);
  else SwaggerUIBundle({ spec: content, domNode: page, deepLinking: true });
}

show();
