const { createHmac } = require("node:crypto");

function supportbotToken(customer) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: customer.id,
    aud: "PUBLIC_KEY",
    iat: now,
    exp: now + 15 * 60,
    name: customer.name,
    email: customer.email,
  };
  const encoded = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const body = `${encoded({ alg: "HS256", typ: "JWT", kid: "KEY_ID" })}.${encoded(claims)}`;
  return `${body}.${createHmac("sha256", process.env.SUPPORTBOT_SECRET).update(body).digest("base64url")}`;
}
