/* give.c: what each child is given, and nothing else: its keys, its descriptors, its user. See house.h. */
#include "main/house.h"

#include <unistd.h>

static struct toc_value *key_text(struct toc_arena *a, const uint8_t key[32])
{
	return toc_value_text(a, toc_base64url(a, key, 32));
}

struct toc_value *toc_give_certificate(const struct house *h, struct toc_arena *a)
{
	struct toc_value *pem = toc_value_map(a);
	toc_set_cstr(a, pem, "cert", h->identity.certificate);
	toc_set_cstr(a, pem, "key", h->identity.key);
	return pem;
}

/* A token's module may have its own way to a device that is elsewhere. */
static bool needs_network(const struct house *h)
{
	return !h->database.cluster || h->keys.token;
}

static void give_token(const struct house *h, struct toc_arena *a, struct toc_value *heritage)
{
	struct toc_value *token = toc_value_map(a);

	if (!h->keys.token)
		return;
	toc_set_cstr(a, token, "uri", h->keys.token);
	toc_set_cstr(a, token, "pin", h->keys.pin);
	toc_set(a, heritage, "token", token);
}

static void give_ledger_keys(const struct house *h, struct toc_arena *a, struct toc_value *heritage, int wrapping_fd)
{
	toc_set_int(a, heritage, "wrapping_fd", wrapping_fd);
	give_token(h, a, heritage);
	toc_set(a, heritage, "grant_key", key_text(a, h->keys.grant));
}

static struct toc_value *limits(const struct house *h, struct toc_arena *a)
{
	struct toc_value *map = toc_value_map(a);
	for (int i = 0; i < TOC_LIMITS; i++)
		toc_set_int(a, map, toc_limit_name((enum toc_limit)i), toc_config_limit(h->config, (enum toc_limit)i));
	return map;
}

/* Descriptors that are passed on are seen by the child from first_fd on. @return what this one will be */
static int given(int fd, int first_fd, int ret_give[TOC_GIVE_MAX], size_t *ret_n)
{
	ret_give[*ret_n] = fd;
	return first_fd + (int)(*ret_n)++;
}

struct toc_value *toc_give(void *house, struct toc_arena *a, enum toc_part_name part, unsigned index, int first_fd,
                           int ret_give[TOC_GIVE_MAX], size_t *ret_n)
{
	const struct house *h = house;
	struct toc_value *v = toc_value_map(a), *metrics = toc_value_map(a);
	char press[PATH_MAX];
	toc_set(a, v, "metrics", metrics);
	const struct toc_rights *users[] = { [TOC_FRONT] = &h->front, [TOC_KEEPER] = &h->keeper, [TOC_ARCHIVE] = &h->archive,
		                             [TOC_COURIER] = &h->courier, [TOC_SIGNER] = &h->signer, [TOC_ERASER] = &h->eraser };
	toc_set_cstr(a, v, "node", toc_config_text(h->config, TOC_OPT_NODE));
	toc_set_cstr(a, v, "log", toc_config_text(h->config, TOC_OPT_LOG));
	toc_set(a, v, "limits", limits(h, a));
	if (geteuid() == 0)
		toc_set(a, v, "user", toc_rights_write(a, *users[part]));
	switch (part) {
	case TOC_FRONT:
		toc_set_int(a, v, "listen_fd", given(h->listen_fds[index], first_fd, ret_give, ret_n));
		if (h->operator_fd >= 0)
			toc_set_int(a, v, "operator_fd", given(h->operator_fd, first_fd, ret_give, ret_n));
		if (h->web >= 0) /* by descriptor: the folder may lie where the front's user cannot go */
			toc_set_text(a, v, "web_root", toc_arena_printf(a, "/proc/self/fd/%d", given(h->web, first_fd, ret_give, ret_n)));
		toc_set_int(a, metrics, "own", given(h->metrics_write[TOC_IS_PART_FRONT], first_fd, ret_give, ret_n));
		toc_set_int(a, metrics, "front", given(h->metrics_read[TOC_IS_PART_FRONT], first_fd, ret_give, ret_n));
		toc_set_int(a, metrics, "keeper", given(h->metrics_read[TOC_IS_PART_KEEPER], first_fd, ret_give, ret_n));
		toc_set_int(a, metrics, "archive", given(h->metrics_read[TOC_IS_PART_ARCHIVE], first_fd, ret_give, ret_n));
		toc_set_int(a, metrics, "courier", given(h->metrics_read[TOC_IS_PART_COURIER], first_fd, ret_give, ret_n));
		toc_set_int(a, metrics, "signer", given(h->metrics_read[TOC_IS_PART_SIGNER], first_fd, ret_give, ret_n));
		toc_set_int(a, metrics, "eraser", given(h->metrics_read[TOC_IS_PART_ERASER], first_fd, ret_give, ret_n));
		toc_set_int(a, metrics, "parent", given(h->metrics_read[TOC_IS_PART_PARENT], first_fd, ret_give, ret_n));
		toc_set_int(a, metrics, "fronts", h->n_fronts);
		toc_set(a, v, "cert_fd_pem", toc_give_certificate(h, a));
		toc_set_cstr(a, v, "origin", h->origin);
		break;
	case TOC_KEEPER:
		toc_set_int(a, metrics, "own", given(h->metrics_write[TOC_IS_PART_KEEPER], first_fd, ret_give, ret_n));
		toc_set_cstr(a, v, "conninfo", h->database.keeper);
		toc_set_text(a, v, "log_vkey", toc_vkey(a, &h->log.key));
		toc_set_bool(a, v, "network", needs_network(h));
		toc_set_cstr(a, v, "state_dir", h->state.dir);
		give_ledger_keys(h, a, v, given(h->wrapping_read, first_fd, ret_give, ret_n));
		toc_set(a, v, "dup_key", key_text(a, h->keys.dup));
		toc_set(a, v, "journal_key", key_text(a, h->keys.journal));
		toc_set(a, v, "seed", h->demo.seed);
		toc_set(a, v, "channels", toc_courier_channels(h->config, a));
		toc_set(a, v, "outside_key", key_text(a, h->keys.outside));
		toc_set(a, v, "allow", toc_courier_allowed(h->config, a));
		toc_set_bool(a, v, "push", *toc_config_text(h->config, TOC_OPT_PUSH_CONTACT) != '\0');
		toc_set_cstr(a, v, "origin", h->origin);
		toc_set(a, v, "other_nodes", toc_value_words(a, toc_str_of(toc_config_text(h->config, TOC_OPT_OTHER_NODES))));
		toc_set_cstr(a, v, "timestamp", toc_config_text(h->config, TOC_OPT_TIMESTAMP_URL));
		break;
	case TOC_ARCHIVE:
		if (toc_shared_program("press", "tocsin-press", press))
			toc_set_cstr(a, v, "press", press);
		toc_set_int(a, metrics, "own", given(h->metrics_write[TOC_IS_PART_ARCHIVE], first_fd, ret_give, ret_n));
		toc_set_cstr(a, v, "conninfo", h->database.archive);
		toc_set_cstr(a, v, "auditor", h->database.auditor);
		toc_set_text(a, v, "log_vkey", toc_vkey(a, &h->log.key));
		toc_set_bool(a, v, "network", needs_network(h));
		give_ledger_keys(h, a, v, given(h->wrapping_read, first_fd, ret_give, ret_n));
		break;
	case TOC_SIGNER:
		toc_set_int(a, metrics, "own", given(h->metrics_write[TOC_IS_PART_SIGNER], first_fd, ret_give, ret_n));
		toc_set_cstr(a, v, "conninfo", h->database.signer);
		toc_set_bool(a, v, "network", !h->database.cluster);
		toc_set(a, v, "log_key", key_text(a, h->log.seed));
		toc_set_cstr(a, v, "origin", h->log.key.name);
		toc_set_cstr(a, v, "record", h->log.record);
		break;
	case TOC_ERASER:
		toc_set_int(a, metrics, "own", given(h->metrics_write[TOC_IS_PART_ERASER], first_fd, ret_give, ret_n));
		toc_set_cstr(a, v, "conninfo", h->database.eraser);
		toc_set_bool(a, v, "network", needs_network(h));
		toc_set_cstr(a, v, "state_dir", h->state.dir);
		toc_set_int(a, v, "wrapping_fd", given(h->wrapping_write, first_fd, ret_give, ret_n));
		toc_set(a, v, "hand_key", key_text(a, toc_hmac_sha256(h->keys.dup, TOC_STR("tocsin-hand/v1")).b)); /* all nodes have dup.key */
		give_token(h, a, v);
		break;
	case TOC_COURIER:
		toc_set_int(a, metrics, "own", given(h->metrics_write[TOC_IS_PART_COURIER], first_fd, ret_give, ret_n));
		toc_set_int(a, v, "record_fd", given(h->means.record, first_fd, ret_give, ret_n));
		toc_set(a, v, "ways", toc_courier_told(&h->means, h->config, h->keys.outside, a));
		break;
	}
	return v;
}
