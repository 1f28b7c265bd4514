/* hash.c: `tocsin hash`: MD5 and SHA-256 of a file, as an M6 names them. The file is read here and goes nowhere. */
#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/cli.h"
#include "hash/hash.h"

static void print(const struct cli *cli, struct toc_arena *a, const char *type, const uint8_t *hash, size_t n)
{
	struct toc_str value = toc_hex(a, hash, n);

	if (cli->json)
		printf("{\"hash_type\":\"%s\",\"hash_value\":\"%.*s\"}\n", type, TOC_STR_ARGS(value));
	else
		printf("%-6s  %.*s\n", type, TOC_STR_ARGS(value));
}

int cli_hash(const struct cli *cli)
{
	const char *path = cli->line.operand;
	bool standard = strcmp(path, "-") == 0;
	FILE *f = standard ? stdin : fopen(path, "re");
	static uint8_t piece[1 << 16];
	uint8_t md5[16], sha256[32];
	struct toc_hashing h;
	size_t n;

	if (!f)
		return cli_complain(cli, CLI_EXIT_USAGE, "cannot read %s: %s", path, strerror(errno));
	toc_hashing_init(&h);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		toc_hashing_add(&h, piece, n);
	toc_hashing_end(&h, md5, sha256);
	int r = ferror(f) ? cli_complain(cli, CLI_EXIT_USAGE, "cannot read %s: %s", path, strerror(errno)) : CLI_EXIT_OK;
	if (!standard)
		fclose(f);
	if (r != CLI_EXIT_OK)
		return r;
	struct toc_arena *a = toc_arena_new();
	print(cli, a, "MD5", md5, sizeof md5);
	print(cli, a, "SHA256", sha256, sizeof sha256);
	toc_arena_free(a);
	return CLI_EXIT_OK;
}
