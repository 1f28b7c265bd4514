/* courier.c: see courier.h. */
#include "main/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "envelope/push.h"

#define PASSWORD_MOST 1024
#define CA_MOST (1u << 20)
#define STAMP_CA_MOST 32768 /* it is kept beside each time stamp */

static int read_one(const struct toc_config *c, enum toc_option o, const char *name, size_t most, char **ret,
                    struct toc_error *reterr)
{
	const char *path = toc_config_text(c, o);
	size_t n = 0;
	if (!*path)
		return 0;
	*ret = toc_file_read(path, most, &n);
	return *ret ? 0 : toc_fail(reterr, TOC_EINVAL, "%s: %s cannot be read, or has more than %zu bytes", name, path, most);
}

static int open_record(struct toc_courier_means *m, const struct toc_state *s, struct toc_rights account,
                       struct toc_error *reterr)
{
	int r = toc_state_folder(s, "courier", 0700, account, reterr);
	if (r < 0)
		return r;
	char *path = toc_state_path(s, "courier/taken");
	m->record = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (m->record < 0 || (geteuid() == 0 && fchown(m->record, account.uid, account.gid) < 0))
		r = toc_fail(reterr, TOC_EIO, "state directory: %s: %s", path, strerror(errno));
	free(path);
	return r;
}

int toc_courier_prepare(struct toc_courier_means *ret, const struct toc_config *c, const struct toc_state *s,
                        struct toc_rights account, struct toc_error *reterr)
{
	int r;
	*ret = (struct toc_courier_means){ .record = -1 };
	if (*toc_config_text(c, TOC_OPT_SMTP) && !*toc_config_text(c, TOC_OPT_MAIL_FROM))
		return toc_fail(reterr, TOC_EINVAL, "smtp: e-mail needs a sender: say mail-from, too");
	const char *contact = toc_config_text(c, TOC_OPT_PUSH_CONTACT);
	if (*contact && strncmp(contact, "mailto:", 7) != 0 && strncmp(contact, "https://", 8) != 0)
		return toc_fail(reterr, TOC_EINVAL, "push-contact: mailto:ADDRESS or https://…");
	if (*toc_config_text(c, TOC_OPT_SMTP_USER) && !*toc_config_text(c, TOC_OPT_SMTP_PASSWORD_FILE))
		return toc_fail(reterr, TOC_EINVAL, "smtp-user: say smtp-password-file, too");
	if ((r = read_one(c, TOC_OPT_SMTP_PASSWORD_FILE, "smtp-password-file", PASSWORD_MOST, &ret->password, reterr)) < 0 ||
	    (r = read_one(c, TOC_OPT_SMTP_CA, "smtp-ca", CA_MOST, &ret->ca, reterr)) < 0 ||
	    (r = read_one(c, TOC_OPT_HOOK_CA, "hook-ca", CA_MOST, &ret->hook_ca, reterr)) < 0 ||
	    (r = read_one(c, TOC_OPT_TIMESTAMP_CA, "timestamp-ca", STAMP_CA_MOST, &ret->stamp_ca, reterr)) < 0)
		return r;
	const char *stamps = toc_config_text(c, TOC_OPT_TIMESTAMP_URL);
	if (*stamps && strncmp(stamps, "http://", 7) != 0 && strncmp(stamps, "https://", 8) != 0)
		return toc_fail(reterr, TOC_EINVAL, "timestamp-url: http://… or https://…");
	if (*stamps && !ret->stamp_ca)
		return toc_fail(reterr, TOC_EINVAL, "timestamp-url: say timestamp-ca, too: a time stamp that nobody vouches for is none");
	if (ret->password)
		ret->password[strcspn(ret->password, "\r\n")] = '\0';
	return open_record(ret, s, account, reterr);
}

void toc_courier_done(struct toc_courier_means *m)
{
	if (m->password)
		toc_wipe(m->password, strlen(m->password));
	free(m->password);
	free(m->ca);
	free(m->hook_ca);
	free(m->stamp_ca);
	if (m->record >= 0)
		close(m->record);
	*m = (struct toc_courier_means){ .record = -1 };
}

struct toc_value *toc_courier_channels(const struct toc_config *c, struct toc_arena *a)
{
	struct toc_value *list = toc_value_list(a);
	if (*toc_config_text(c, TOC_OPT_SMTP))
		toc_push_text(a, list, TOC_STR("e-mail"));
	return list;
}

struct toc_value *toc_courier_allowed(const struct toc_config *c, struct toc_arena *a)
{
	return toc_value_words(a, toc_str_of(toc_config_text(c, TOC_OPT_ALLOW_DESTINATION)));
}

/* What members and browsers let us call, and the key by which push services know us. */
static void tell_hooks(const struct toc_courier_means *m, const struct toc_config *c, const uint8_t outside[32],
                       struct toc_arena *a, struct toc_value *told)
{
	struct toc_value *hook = toc_value_map(a), *push = toc_value_map(a);
	struct toc_vapid v;
	toc_set(a, told, "hook", hook);
	toc_set(a, hook, "allow", toc_courier_allowed(c, a));
	toc_set_cstr(a, hook, "ca", m->hook_ca);
	if (!*toc_config_text(c, TOC_OPT_PUSH_CONTACT))
		return;
	toc_vapid_derive(outside, &v);
	toc_set(a, told, "push", push);
	toc_set(a, push, "allow", toc_courier_allowed(c, a));
	toc_set_cstr(a, push, "ca", m->hook_ca);
	toc_set_cstr(a, push, "subject", toc_config_text(c, TOC_OPT_PUSH_CONTACT));
	toc_set_text(a, push, "private", toc_base64url(a, v.private, sizeof v.private));
	toc_set_text(a, push, "public", toc_base64url(a, v.public, sizeof v.public));
	toc_wipe(&v, sizeof v);
}

struct toc_value *toc_courier_told(const struct toc_courier_means *m, const struct toc_config *c, const uint8_t outside[32],
                                   struct toc_arena *a)
{
	struct toc_value *told = toc_value_map(a), *smtp = toc_value_map(a);
	tell_hooks(m, c, outside, a, told);
	if (*toc_config_text(c, TOC_OPT_TIMESTAMP_URL)) {
		struct toc_value *stamp = toc_value_map(a);
		toc_set(a, told, "stamp", stamp);
		toc_set_cstr(a, stamp, "url", toc_config_text(c, TOC_OPT_TIMESTAMP_URL));
		toc_set_cstr(a, stamp, "ca", m->stamp_ca);
		toc_set_cstr(a, stamp, "policy", toc_config_text(c, TOC_OPT_TIMESTAMP_POLICY));
	}
	if (!*toc_config_text(c, TOC_OPT_SMTP))
		return told;
	toc_set(a, told, "smtp", smtp);
	toc_set_cstr(a, smtp, "url", toc_config_text(c, TOC_OPT_SMTP));
	toc_set_cstr(a, smtp, "from", toc_config_text(c, TOC_OPT_MAIL_FROM));
	if (*toc_config_text(c, TOC_OPT_SMTP_USER)) {
		toc_set_cstr(a, smtp, "user", toc_config_text(c, TOC_OPT_SMTP_USER));
		toc_set_cstr(a, smtp, "password", m->password);
	}
	toc_set_cstr(a, smtp, "ca", m->ca);
	return told;
}
