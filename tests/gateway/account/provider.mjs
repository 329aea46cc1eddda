// A city's own sign-in for tests: node provider.mjs PORT REDIRECT_URI SECRET. Any login is an account.
import Provider from "oidc-provider";

const [port, redirect, secret] = process.argv.slice(2);
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: "ieum", client_secret: secret, redirect_uris: [redirect] }],
  claims: { openid: ["sub", "auth_time"], profile: ["name"], email: ["email", "email_verified"] },
  findAccount: (context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `직원 ${id}`, email: `${id}@hanbit.test`, email_verified: true }),
  }),
  cookies: { keys: ["test"] },
  jwks: undefined,
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
