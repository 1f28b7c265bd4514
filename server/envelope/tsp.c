/* tsp.c: see tsp.h. Source: RFC 3161 2.4; OpenSSL's TS. */
#include "envelope/tsp.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

#include <stdlib.h>

#include "base/digest.h"

struct toc_tsp {
	TS_REQ *req;
	uint8_t *der;
	int n;
};

static TS_MSG_IMPRINT *imprint(const uint8_t digest[32])
{
	TS_MSG_IMPRINT *m = TS_MSG_IMPRINT_new();
	X509_ALGOR *algo = X509_ALGOR_new();

	if (!m || !algo || X509_ALGOR_set0(algo, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) != 1 ||
	    TS_MSG_IMPRINT_set_algo(m, algo) != 1 || TS_MSG_IMPRINT_set_msg(m, (unsigned char *)(uintptr_t)digest, 32) != 1)
		TOC_WRONG("OpenSSL has no time-stamp requests");
	X509_ALGOR_free(algo); /* it was copied */
	return m;
}

static ASN1_INTEGER *nonce(void)
{
	uint8_t bytes[8];
	BIGNUM *number;

	toc_random(bytes, sizeof bytes);
	bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40); /* always eight bytes, never negative */
	number = BN_bin2bn(bytes, sizeof bytes, NULL);
	ASN1_INTEGER *n = number ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
	BN_free(number);
	if (!n)
		TOC_WRONG("OpenSSL has no integers");
	return n;
}

int toc_tsp_new(const uint8_t digest[32], const char *policy, struct toc_tsp **ret_tsp, struct toc_error *reterr)
{
	ASN1_OBJECT *oid = policy && *policy ? OBJ_txt2obj(policy, 1) : NULL;

	if (policy && *policy && !oid)
		return toc_fail(reterr, TOC_EINVAL, "\"%s\" is no OID", policy);
	struct toc_tsp *t = calloc(1, sizeof *t);
	if (!t)
		abort();
	t->req = TS_REQ_new();
	TS_MSG_IMPRINT *m = imprint(digest);
	ASN1_INTEGER *n = nonce();
	if (!t->req || TS_REQ_set_version(t->req, 1) != 1 || TS_REQ_set_msg_imprint(t->req, m) != 1 ||
	    TS_REQ_set_nonce(t->req, n) != 1 || TS_REQ_set_cert_req(t->req, 1) != 1 ||
	    (oid && TS_REQ_set_policy_id(t->req, oid) != 1) || (t->n = i2d_TS_REQ(t->req, &t->der)) <= 0)
		TOC_WRONG("OpenSSL makes no time-stamp request");
	TS_MSG_IMPRINT_free(m);
	ASN1_INTEGER_free(n);
	ASN1_OBJECT_free(oid);
	*ret_tsp = t;
	return 0;
}

struct toc_tsp *toc_tsp_later(const uint8_t digest[32])
{
	struct toc_tsp *t = calloc(1, sizeof *t);
	TS_MSG_IMPRINT *m = imprint(digest);

	if (!t)
		abort();
	t->req = TS_REQ_new();
	if (!t->req || TS_REQ_set_version(t->req, 1) != 1 || TS_REQ_set_msg_imprint(t->req, m) != 1)
		TOC_WRONG("OpenSSL makes no time-stamp request");
	TS_MSG_IMPRINT_free(m);
	return t;
}

void toc_tsp_free(struct toc_tsp *t)
{
	if (!t)
		return;
	TS_REQ_free(t->req);
	OPENSSL_free(t->der);
	free(t);
}

struct toc_str toc_tsp_query(const struct toc_tsp *t)
{
	return (struct toc_str){ (const char *)t->der, (size_t)t->n };
}

/* ---- the answer ---- */

static X509_STORE *authorities(struct toc_str ca)
{
	X509_STORE *store = X509_STORE_new();
	BIO *in = BIO_new_mem_buf(ca.p, (int)ca.n);
	X509 *one;

	while (store && in && (one = PEM_read_bio_X509(in, NULL, NULL, NULL))) {
		(void)X509_STORE_add_cert(store, one); /* the same one twice is no harm */
		X509_free(one);
	}
	BIO_free(in);
	return store;
}

/* The certificates in the answer as PEM, then ours. */
static struct toc_str chain_of(struct toc_arena *a, TS_RESP *resp, struct toc_str ca)
{
	PKCS7 *token = TS_RESP_get_token(resp);
	STACK_OF(X509) *certs = token && PKCS7_type_is_signed(token) ? token->d.sign->cert : NULL;
	BIO *out = BIO_new(BIO_s_mem());
	char *text;

	for (int i = 0; out && i < sk_X509_num(certs); i++)
		(void)PEM_write_bio_X509(out, sk_X509_value(certs, i));
	long n = out ? BIO_get_mem_data(out, &text) : 0;
	struct toc_str chain = toc_arena_printf(a, "%.*s%.*s", (int)n, n ? text : "", TOC_STR_ARGS(ca));
	BIO_free(out);
	return chain;
}

static int read_info(struct toc_arena *a, const TS_TST_INFO *info, struct toc_tsp_stamp *ret)
{
	struct tm tm = { 0 };
	char oid[128];
	BIGNUM *number = ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), NULL);
	char *hex = number ? BN_bn2hex(number) : NULL;
	bool ok = hex && ASN1_TIME_to_tm((const ASN1_TIME *)TS_TST_INFO_get_time(info), &tm) == 1 &&
		  OBJ_obj2txt(oid, sizeof oid, TS_TST_INFO_get_policy_id((TS_TST_INFO *)(uintptr_t)info), 1) > 0;

	if (ok) {
		ret->unix_s = timegm(&tm);
		ret->serial = toc_arena_str(a, toc_str_of(hex));
		ret->policy = toc_arena_str(a, toc_str_of(oid));
	}
	OPENSSL_free(hex);
	BN_free(number);
	return ok ? 0 : -1;
}

/* What OpenSSL says is no secret and names nobody, but for what the authority itself put into its refusal. */
static int refused(struct toc_error *reterr)
{
	unsigned long e = ERR_peek_last_error();
	const char *why = e ? ERR_reason_error_string(e) : NULL;

	ERR_clear_error();
	return toc_fail(reterr, TOC_EPROOF, "it is no time stamp of what was asked about: %s", why ? why : "malformed");
}

int toc_tsp_check(const struct toc_tsp *t, struct toc_arena *a, struct toc_str response, struct toc_str ca, struct toc_tsp_stamp *ret,
		  struct toc_error *reterr)
{
	const unsigned char *at = (const unsigned char *)response.p;
	TS_RESP *resp = response.n && response.n < (1 << 20) ? d2i_TS_RESP(NULL, &at, (long)response.n) : NULL;
	TS_VERIFY_CTX *ctx = NULL;
	int r = TOC_EPROOF;

	if (!resp || at != (const unsigned char *)response.p + response.n) {
		r = refused(reterr);
		goto out;
	}
	ctx = TS_REQ_to_TS_VERIFY_CTX(t->req, NULL); /* imprint, nonce, and policy if there is one */
	if (!ctx)
		TOC_WRONG("OpenSSL has no memory");
	(void)TS_VERIFY_CTX_add_flags(ctx, TS_VFY_SIGNATURE);
#if OPENSSL_VERSION_NUMBER >= 0x30400000L
	(void)TS_VERIFY_CTX_set0_store(ctx, authorities(ca));
#else
	(void)TS_VERIFY_CTX_set_store(ctx, authorities(ca));
#endif
	struct toc_tsp_stamp stamp = { 0 };
	if (TS_RESP_verify_response(ctx, resp) != 1 || read_info(a, TS_RESP_get_tst_info(resp), &stamp) < 0) {
		r = refused(reterr);
		goto out;
	}
	stamp.chain = chain_of(a, resp, ca);
	*ret = stamp;
	r = 0;
out:
	TS_VERIFY_CTX_free(ctx);
	TS_RESP_free(resp);
	return r;
}
