/* token.c: see token.h. One session for each process, signed in as user. An error of the token's ends the call; a session
 * that was lost (the token was taken out, a network module lost its way) is opened again once, if need be after the module was started anew: some
 * do not see a token again that was away. A PIN that is not taken is not
 * tried again: a few wrong ones lock a token for everybody who uses it. */
#include "token/token.h"

#include <dlfcn.h>
#define CRYPTOKI_GNU 1
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/time.h"

#define LABEL "tocsin-wrapping"
#define FORM 1
#define NONCE 12
#define TAG 16
#define SLOTS_MAX 64
#define OBJECTS_MAX 1024
#define ANEW_US 1000000 /* the module is started anew so often at most */

#ifndef CKM_AES_GCM
#define CKM_AES_GCM 0x00001087UL
#endif
struct gcm { /* CK_GCM_PARAMS of 2.40, which p11-kit's header has under other names in some releases */
	unsigned char *iv;
	unsigned long iv_len, iv_bits;
	unsigned char *aad;
	unsigned long aad_len, tag_bits;
};

struct toc_token {
	void *module;
	struct ck_function_list *p11;
	struct toc_token_uri uri;
	char *pin;
	ck_session_handle_t session;
	bool open, pin_is_wrong;
	int64_t anew_us;
};

static int fail(struct toc_error *e, const char *what, unsigned long rv)
{
	return toc_fail(e, TOC_EIO, "token: %s: error 0x%lx", what, rv);
}

/* Fields of a token are padded with blanks. */
static bool is(const unsigned char *field, size_t n, const char *wanted)
{
	size_t len = strlen(wanted);

	if (len > n || memcmp(field, wanted, len) != 0)
		return false;
	for (size_t i = len; i < n; i++)
		if (field[i] != ' ' && field[i])
			return false;
	return true;
}

static int open_session(struct toc_token *t, struct toc_error *reterr)
{
	ck_slot_id_t slots[SLOTS_MAX];
	unsigned long n = SLOTS_MAX;
	if (t->pin_is_wrong)
		return toc_fail(reterr, TOC_EIO, "token: it did not take the PIN, which is not tried again: start anew with the right one");
	ck_rv_t rv = t->p11->C_GetSlotList(1, slots, &n);
	if (rv != CKR_OK)
		return fail(reterr, "list of slots", rv);
	for (unsigned long i = 0; i < n; i++) {
		struct ck_token_info info;
		if (t->p11->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
		    (t->uri.token[0] && !is(info.label, sizeof info.label, t->uri.token)) ||
		    (t->uri.serial[0] && !is(info.serial_number, sizeof info.serial_number, t->uri.serial)))
			continue;
		rv = t->p11->C_OpenSession(slots[i], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &t->session);
		if (rv != CKR_OK)
			return fail(reterr, "session", rv);
		rv = t->p11->C_Login(t->session, CKU_USER, (unsigned char *)t->pin, strlen(t->pin));
		if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN) {
			t->p11->C_CloseSession(t->session);
			t->pin_is_wrong = rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED || rv == CKR_PIN_EXPIRED;
			return fail(reterr, "sign-in (is the PIN right?)", rv);
		}
		t->open = true;
		return 0;
	}
	return toc_fail(reterr, TOC_EIO, "token: there is none with the label \"%s\"", t->uri.token);
}

int toc_token_open(const char *uri, const char *pin, struct toc_token **ret_token, struct toc_error *reterr)
{
	struct toc_token *t = calloc(1, sizeof *t);
	ck_rv_t (*get)(struct ck_function_list **) = NULL;
	int r;

	if (!t || !(t->pin = strdup(pin)))
		abort();
	if ((r = toc_token_uri_parse(uri, &t->uri, reterr)) < 0)
		goto out;
	t->module = dlopen(t->uri.module, RTLD_NOW | RTLD_LOCAL);
	if (t->module)
		*(void **)&get = dlsym(t->module, "C_GetFunctionList");
	if (!get || get(&t->p11) != CKR_OK) {
		r = toc_fail(reterr, TOC_EIO, "token: %s: %s", t->uri.module, t->module ? "no PKCS#11 module" : dlerror());
		goto out;
	}
	ck_rv_t rv = t->p11->C_Initialize(NULL);
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		r = fail(reterr, "the module does not start", rv);
	else
		r = open_session(t, reterr);
out:
	if (r < 0) {
		toc_token_free(t);
		return r;
	}
	*ret_token = t;
	return 0;
}

void toc_token_free(struct toc_token *t)
{
	if (!t)
		return;
	if (t->open) {
		t->p11->C_CloseSession(t->session);
		t->p11->C_Finalize(NULL);
	}
	toc_wipe(t->pin, strlen(t->pin));
	free(t->pin);
	free(t); /* the module stays: its end handlers may run at exit */
}

/* That it was altered is said when the token says so, and then only: whatever else fails may not fail the next time. */
static int outcome(ck_rv_t rv)
{
	switch (rv) {
	case CKR_OK: return 0;
	case CKR_ENCRYPTED_DATA_INVALID:
	case CKR_ENCRYPTED_DATA_LEN_RANGE: return TOC_EPROOF;
	case CKR_KEY_HANDLE_INVALID: return TOC_ENOTFOUND;
	default: return TOC_EIO;
	}
}

/* @return whether it is worth another try */
static bool found_again(struct toc_token *t, ck_rv_t rv)
{
	struct toc_error error;
	int64_t now = toc_clock_mono_us();

	if (rv == CKR_OK || outcome(rv) == TOC_EPROOF)
		return false;
	if ((rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED || rv == CKR_DEVICE_REMOVED || rv == CKR_TOKEN_NOT_PRESENT ||
	     rv == CKR_USER_NOT_LOGGED_IN) && open_session(t, &error) == 0)
		return true;
	if (t->pin_is_wrong || (t->anew_us && now - t->anew_us < ANEW_US))
		return false;
	t->anew_us = now;
	t->p11->C_Finalize(NULL);
	rv = t->p11->C_Initialize(NULL);
	return (rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED) && open_session(t, &error) == 0;
}

static ck_rv_t find_once(struct toc_token *t, const struct toc_uuid *id, ck_object_handle_t *ret, unsigned long most, unsigned long *ret_n)
{
	ck_object_class_t class = CKO_SECRET_KEY;
	struct ck_attribute wanted[] = { { CKA_CLASS, &class, sizeof class },
					 { CKA_LABEL, (void *)(uintptr_t)LABEL, sizeof LABEL - 1 },
					 { CKA_ID, (void *)(uintptr_t)(id ? id->b : NULL), sizeof id->b } };
	ck_rv_t rv = t->p11->C_FindObjectsInit(t->session, wanted, id ? 3 : 2);
	unsigned long n = 1;

	if (rv != CKR_OK)
		return rv;
	for (*ret_n = 0; n && *ret_n < most && rv == CKR_OK; *ret_n += n) {
		n = 0;
		rv = t->p11->C_FindObjects(t->session, ret + *ret_n, most - *ret_n, &n);
	}
	t->p11->C_FindObjectsFinal(t->session);
	return rv;
}

static ck_rv_t find(struct toc_token *t, const struct toc_uuid *id, ck_object_handle_t *ret, unsigned long most, unsigned long *ret_n)
{
	ck_rv_t rv = find_once(t, id, ret, most, ret_n);

	/* none: a token that is away is empty for some modules, and stays so */
	return found_again(t, rv == CKR_OK && *ret_n == 0 ? CKR_KEY_HANDLE_INVALID : rv) ? find_once(t, id, ret, most, ret_n) : rv;
}

static int newest_first(const void *x, const void *y)
{
	return -toc_uuid_cmp(((const struct toc_wrapping_key *)x)->id, ((const struct toc_wrapping_key *)y)->id);
}

/* In a token is what was not destroyed, for it was away then: more, perhaps, than are held. */
int toc_token_keys(struct toc_token *t, struct toc_wrapping_key ret_keys[TOC_WRAP_KEYS_MAX], size_t *ret_n,
		   struct toc_error *reterr)
{
	ck_object_handle_t objects[OBJECTS_MAX];
	struct toc_wrapping_key all[OBJECTS_MAX];
	unsigned long n = 0;
	size_t got = 0;
	ck_rv_t rv = find(t, NULL, objects, OBJECTS_MAX, &n);

	if (rv != CKR_OK)
		return fail(reterr, "list of keys", rv);
	for (unsigned long i = 0; i < n; i++) {
		struct toc_wrapping_key key = { .key = { 0 } };
		struct ck_attribute id = { CKA_ID, key.id.b, sizeof key.id.b };
		if (t->p11->C_GetAttributeValue(t->session, objects[i], &id, 1) == CKR_OK && id.value_len == sizeof key.id.b)
			all[got++] = key;
	}
	qsort(all, got, sizeof *all, newest_first);
	*ret_n = got < TOC_WRAP_KEYS_MAX ? got : TOC_WRAP_KEYS_MAX;
	memcpy(ret_keys, all, *ret_n * sizeof *all);
	return 0;
}

int toc_token_make(struct toc_token *t, struct toc_uuid id, struct toc_error *reterr)
{
	unsigned char yes = 1, no = 0;
	unsigned long bytes = 32;
	ck_object_handle_t key;
	struct ck_mechanism how = { CKM_AES_KEY_GEN, NULL, 0 };
	struct ck_attribute is_to_be[] = {
		{ CKA_TOKEN, &yes, 1 },       { CKA_PRIVATE, &yes, 1 },    { CKA_SENSITIVE, &yes, 1 },
		{ CKA_EXTRACTABLE, &no, 1 },  { CKA_ENCRYPT, &yes, 1 },    { CKA_DECRYPT, &yes, 1 },
		{ CKA_ID, id.b, sizeof id.b }, { CKA_LABEL, (void *)(uintptr_t)LABEL, sizeof LABEL - 1 },
		{ CKA_VALUE_LEN, &bytes, sizeof bytes },
	};
	const unsigned long n = sizeof is_to_be / sizeof *is_to_be;
	ck_rv_t rv = t->p11->C_GenerateKey(t->session, &how, is_to_be, n, &key);

	if (found_again(t, rv))
		rv = t->p11->C_GenerateKey(t->session, &how, is_to_be, n, &key);
	return rv == CKR_OK ? 0 : fail(reterr, "a new key", rv);
}

int toc_token_destroy(struct toc_token *t, struct toc_uuid id, struct toc_error *reterr)
{
	ck_object_handle_t objects[OBJECTS_MAX];
	unsigned long n = 0;
	ck_rv_t rv = find(t, &id, objects, OBJECTS_MAX, &n);
	bool none = rv == CKR_OK && n == 0;

	/* Destroyed already; but one that shows no key at all may be none: it is destroyed when the token says so, not when it is away. */
	if (none && (rv = find(t, NULL, objects, OBJECTS_MAX, &n)) == CKR_OK)
		return n ? 0 : toc_fail(reterr, TOC_EIO, "token: it shows no key at all: is it there?");
	for (unsigned long i = 0; i < n && rv == CKR_OK; i++)
		rv = t->p11->C_DestroyObject(t->session, objects[i]);
	return rv == CKR_OK ? 0 : fail(reterr, "destroying a key", rv);
}

/* ---- sealing ---- */

static ck_rv_t once(struct toc_token *t, struct toc_uuid id, struct toc_str aad, unsigned char *nonce, bool seals,
		    struct toc_str in, unsigned char *out, unsigned long *out_n)
{
	ck_object_handle_t key;
	unsigned long n = 0;
	struct gcm params = { nonce, NONCE, NONCE * 8, (unsigned char *)(uintptr_t)aad.p, aad.n, TAG * 8 };
	struct ck_mechanism how = { CKM_AES_GCM, &params, sizeof params };
	ck_rv_t rv = find(t, &id, &key, 1, &n);

	if (rv == CKR_OK && n == 0)
		return CKR_KEY_HANDLE_INVALID;
	if (rv == CKR_OK)
		rv = (seals ? t->p11->C_EncryptInit : t->p11->C_DecryptInit)(t->session, &how, key);
	if (rv == CKR_OK)
		rv = (seals ? t->p11->C_Encrypt : t->p11->C_Decrypt)(t->session, (unsigned char *)(uintptr_t)in.p, in.n, out, out_n);
	return rv;
}

static int crypt_it(struct toc_token *t, struct toc_uuid id, struct toc_str aad, unsigned char *nonce, bool seals, struct toc_str in,
		    unsigned char *out, unsigned long *out_n)
{
	unsigned long room = *out_n;
	ck_rv_t rv = once(t, id, aad, nonce, seals, in, out, out_n);

	if (found_again(t, rv)) {
		*out_n = room;
		rv = once(t, id, aad, nonce, seals, in, out, out_n);
	}
	return outcome(rv);
}

int toc_token_seal(struct toc_token *t, struct toc_arena *a, struct toc_uuid id, struct toc_str aad, struct toc_str clear,
		   struct toc_str *ret_sealed)
{
	unsigned char *out = toc_arena_alloc(a, 1 + NONCE + clear.n + TAG);
	unsigned long n = clear.n + TAG;

	out[0] = FORM;
	toc_random(out + 1, NONCE);
	if (crypt_it(t, id, aad, out + 1, true, clear, out + 1 + NONCE, &n) < 0 || n != clear.n + TAG)
		return TOC_EIO;
	*ret_sealed = (struct toc_str){ (char *)out, 1 + NONCE + n };
	return 0;
}

int toc_token_unseal(struct toc_token *t, struct toc_arena *a, struct toc_uuid id, struct toc_str aad, struct toc_str sealed,
		     struct toc_str *ret_clear)
{
	if (sealed.n < 1 + NONCE + TAG || sealed.p[0] != FORM)
		return TOC_EPROOF;
	unsigned char *out = toc_arena_alloc(a, sealed.n), nonce[NONCE];
	unsigned long n = sealed.n;
	memcpy(nonce, sealed.p + 1, NONCE);
	int r = crypt_it(t, id, aad, nonce, false, (struct toc_str){ sealed.p + 1 + NONCE, sealed.n - 1 - NONCE }, out, &n);
	if (r < 0)
		return r;
	*ret_clear = (struct toc_str){ (char *)out, n };
	return 0;
}
