/* witness.c: `tocsin admin witness`: the key by which my organisation vouches for the log. Made here, on the machine of
 * whoever will watch; what is sent is its public half, and that we have the other. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "cli/cli.h"
#include "ledger/log.h"
#include "message/json.h"

#define FILE_MOST 4096

int cli_witness_key(const struct cli *cli, const char *path, struct toc_arena *a, struct toc_str *ret_skey)
{
	struct toc_str bytes;

	if (cli_read(cli, path, FILE_MOST, a, &bytes) < 0)
		return -1;
	while (bytes.n && (bytes.p[bytes.n - 1] == '\n' || bytes.p[bytes.n - 1] == '\r'))
		bytes.n--;
	*ret_skey = toc_arena_str(a, bytes);
	return 0;
}

/* "localhost/witness/Chirplet" of https://localhost:8443 */
static struct toc_str default_name(const struct cli *cli, struct toc_arena *a, const char *org)
{
	const char *host = strstr(cli->server, "://");

	host = host ? host + 3 : cli->server;
	return toc_arena_printf(a, "%.*s/witness/%s", (int)strcspn(host, ":/"), host, org);
}

/* Into a file that was not there. */
static int make(const struct cli *cli, struct toc_arena *a, const char *path, struct toc_str name)
{
	struct toc_note_key k;
	uint8_t seed[32], public_key[32];

	toc_random(seed, sizeof seed);
	toc_ed25519_public(seed, public_key);
	if (toc_note_key_init(&k, name, TOC_NOTE_WITNESS, public_key) < 0)
		return cli_complain(cli, -1, "\"%.*s\" is no name of a witness: no blanks, no plus", TOC_STR_ARGS(name));
	struct toc_str text = toc_arena_printf(a, "%s\n", toc_skey(a, &k, seed).p);
	toc_wipe(seed, sizeof seed);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
	if (fd >= 0 && close(fd) < 0)
		ok = false;
	toc_wipe((char *)(uintptr_t)text.p, text.n);
	return ok ? 0 : cli_complain(cli, -1, "cannot write %s: %s", path, strerror(errno));
}

/* The message's body. @return 0 or -1 after a complaint */
static int fill(const struct cli *cli, struct toc_arena *a, const char *org, struct toc_value *body)
{
	const char *from = cli->line.operand;
	bool revokes = cli->line.value[CLI_OPT_REVOKE] != NULL, second = cli->line.value[CLI_OPT_CONFIRM] != NULL;
	struct toc_note_key k;
	struct toc_error error;
	struct toc_str vkey = toc_str_of(from), skey;
	uint8_t seed[32], signature[64];

	toc_set_cstr(a, body, "step", revokes ? "revoke" : "register");
	toc_set_cstr(a, body, "org", org);
	if (strchr(from, '+') && access(from, F_OK) < 0) {
		if (toc_vkey_parse(vkey, &k, &error) < 0)
			return cli_complain(cli, -1, "%s: %s", from, error.text);
		if (!revokes && !second)
			return cli_complain(cli, -1, "a key is registered by whoever has it: name its file");
		toc_set_text(a, body, "vkey", vkey);
		return 0;
	}
	const char *name = cli->line.value[CLI_OPT_NAME];
	if (access(from, F_OK) < 0 && !revokes && !second &&
	    make(cli, a, from, name ? toc_str_of(name) : default_name(cli, a, org)) < 0)
		return -1;
	if (cli_witness_key(cli, from, a, &skey) < 0)
		return -1;
	int r = toc_skey_parse(skey, &k, seed, &error);
	toc_wipe((char *)(uintptr_t)skey.p, skey.n);
	if (r < 0)
		return cli_complain(cli, -1, "%s: %s", from, error.text);
	toc_set_text(a, body, "vkey", toc_vkey(a, &k));
	if (!revokes) {
		toc_witness_possession(toc_str_of(org), &k, seed, signature);
		toc_set_text(a, body, "possession", toc_base64url(a, signature, sizeof signature));
	}
	toc_wipe(seed, sizeof seed);
	return 0;
}

int cli_witness(const struct cli *cli)
{
	const char *org = cli->line.value[CLI_OPT_ORGANISATION];
	struct toc_arena *a = toc_arena_new();
	struct toc_value *body = toc_value_map(a);
	int r = CLI_EXIT_USAGE;

	if (!org) {
		cli_complain(cli, 0, "--org is missing: the organisation whose witness it is");
	} else if (fill(cli, a, org, body) == 0) {
		r = cli_send_message(cli, toc_json_str(a, cli_system_message(a, "witness", cli->line.value[CLI_OPT_CONFIRM], body)));
		if (r == CLI_EXIT_OK)
			printf(cli->json ? "{\"vkey\":\"%.*s\"}\n" : "vkey        %.*s\n", TOC_STR_ARGS(toc_get_text(body, "vkey")));
		struct toc_str possession = toc_get_text(body, "possession");
		if (r == CLI_EXIT_OK && possession.n && cli->line.value[CLI_OPT_PREPARE] && !cli->json) /* for the form of the console */
			printf("possession  %.*s\n", TOC_STR_ARGS(possession));
	}
	toc_arena_free(a);
	return r;
}
