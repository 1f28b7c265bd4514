/* administer.c: `tocsin admin org`, `person`, `role`, `key`, `policy`, `mandate`, `hold`, `erase`: what administrators say. The body is JSON,
 * as `tocsin schema' describes it; the envelope around it is always the same. What takes two people is said by each; the
 * second names the first with --confirm.
 *
 * A key is made here, shown once, and never sent: the server learns its digest. */
#include <string.h>

#include "base/digest.h"
#include "cli/cli.h"
#include "message/catalogue.h"
#include "message/json.h"

#define BODY_MOST (256 * 1024)

static const char *type_of(enum cli_command command)
{
	switch (command) {
	case CLI_ORG: return "org";
	case CLI_PERSON: return "person";
	case CLI_ROLE: return "role";
	case CLI_ADMIN_KEY: return "credential";
	case CLI_POLICY: return "policy";
	case CLI_MANDATE: return "mandate";
	case CLI_ERASE: return "erase";
	default: return "hold";
	}
}

/* A new secret, if one is wanted and not named: its digest goes into the body. */
static struct toc_str new_secret(struct toc_arena *a, struct toc_value *body)
{
	bool wanted = toc_get_is(body, "step", "issue") || toc_get_is(body, "step", "rotate");
	uint8_t random[32];

	if (!wanted || toc_get(body, "sha256"))
		return TOC_STR("");
	toc_random(random, sizeof random);
	struct toc_str secret = toc_arena_printf(a, "toc_%.*s", TOC_STR_ARGS(toc_base64url(a, random, sizeof random)));
	if (toc_get_is(body, "kind", "sign_in"))
		secret = toc_base64url(a, random, sizeof random);
	struct toc_sha256 digest = toc_sha256(secret);
	toc_set_text(a, body, "sha256", toc_hex(a, digest.b, sizeof digest.b));
	toc_wipe(random, sizeof random);
	return secret;
}

struct toc_value *cli_system_message(struct toc_arena *a, const char *type, const char *confirms, struct toc_value *body)
{
	struct toc_value *m = toc_message_plain(a, type, "system", "AMBER");

	toc_set_cstr(a, m, "supersedes", confirms);
	toc_set(a, m, "body", body);
	return m;
}

int cli_administer(const struct cli *cli)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str bytes;
	struct toc_value *body;
	struct toc_refusal why;
	int r = CLI_EXIT_USAGE;

	if (cli_read(cli, cli->line.operand, BODY_MOST, a, &bytes) == 0) {
		if (toc_json_parse(a, bytes, BODY_MOST, TOC_JSON_DEPTH_MAX, &body, &why) < 0) {
			cli_complain(cli, 0, "%s: %s", cli->line.operand, why.detail);
		} else {
			if (cli->line.command == CLI_ADMIN_KEY && !toc_get(body, "credential") && !toc_get_is(body, "step", "end_sessions"))
				toc_set_text(a, body, "credential", toc_uuid_str(a, toc_uuid_random()));
			struct toc_str secret = cli->line.command == CLI_ADMIN_KEY ? new_secret(a, body) : TOC_STR("");
			r = cli_send_message(cli, toc_json_str(a, cli_system_message(a, type_of(cli->line.command), cli->line.value[CLI_OPT_CONFIRM], body)));
			if (r == CLI_EXIT_OK && secret.n && !cli->line.value[CLI_OPT_PREPARE])
				printf(cli->json ? "{\"secret\":\"%.*s\"}\n" : "secret      %.*s (shown once)\n", TOC_STR_ARGS(secret));
			if (secret.n)
				toc_wipe((char *)(uintptr_t)secret.p, secret.n);
		}
	}
	toc_arena_free(a);
	return r;
}
