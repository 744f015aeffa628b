require "json"
require "openssl"

def supportbot_token(customer)
  claims = {
    sub: customer[:id],
    aud: "PUBLIC_KEY",
    iat: Time.now.to_i,
    exp: Time.now.to_i + 15 * 60,
    name: customer[:name],
    email: customer[:email],
  }
  base64url = ->(data) { [data].pack("m0").tr("+/", "-_").delete("=") }
  body = [{ alg: "HS256", typ: "JWT", kid: "KEY_ID" }, claims].map { |part| base64url.(part.to_json) }.join(".")
  "#{body}.#{base64url.(OpenSSL::HMAC.digest("SHA256", ENV.fetch("SUPPORTBOT_SECRET"), body))}"
end
