/* identity.c: the server's TLS certificate: the operator's, or a throw-away one for this machine only.
 *
 * The throw-away authority can vouch for localhost and nothing else (name constraints), and its private key never
 * leaves this function: whoever trusts it for a demo has not given anybody a key to other sites.
 * Source: RFC 5280 (4.2.1.10 name constraints), CA/Browser Forum baseline requirements (subjectAltName, 398 days). */
#include "main/keys.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define FILE_MOST (256 * 1024)
#define DAYS 365
#define DAYS_LEFT_LEAST 30

void toc_identity_done(struct toc_identity *i)
{
	if (i->key)
		toc_wipe(i->key, strlen(i->key));
	free(i->certificate);
	free(i->key);
	free(i->authority);
	*i = (struct toc_identity){ 0 };
}

static int ssl_fail(struct toc_error *reterr, const char *what)
{
	char why[160];
	ERR_error_string_n(ERR_get_error(), why, sizeof why);
	ERR_clear_error();
	return toc_fail(reterr, TOC_EIO, "%s: %s", what, why);
}

static char *take(BIO *b)
{
	char *bytes, *r;
	long n = BIO_get_mem_data(b, &bytes);
	r = malloc((size_t)n + 1);
	if (!r)
		abort();
	memcpy(r, bytes, (size_t)n);
	r[n] = '\0';
	BIO_free(b);
	return r;
}

static bool extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	bool ok = e && X509_add_ext(cert, e, -1);
	X509_EXTENSION_free(e);
	return ok;
}

/* A certificate with names, serial number, time and key, but without extensions and signature. */
static X509 *draft(const char *name, X509 *issuer, EVP_PKEY *key, int days)
{
	X509 *c = X509_new();
	BIGNUM *serial = BN_new();
	bool ok = c && serial && X509_set_version(c, X509_VERSION_3) && BN_rand(serial, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
	          BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(c)) && X509_gmtime_adj(X509_getm_notBefore(c), -300) &&
	          X509_time_adj_ex(X509_getm_notAfter(c), days, 0, NULL) && X509_set_pubkey(c, key) &&
	          X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "O", MBSTRING_UTF8, (const unsigned char *)"Tocsin", -1, -1, 0) &&
	          X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) &&
	          X509_set_issuer_name(c, X509_get_subject_name(issuer ? issuer : c));
	BN_free(serial);
	if (!ok) {
		X509_free(c);
		c = NULL;
	}
	return c;
}

int toc_identity_make(struct toc_identity *ret, int days, struct toc_error *reterr)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	BIO *cert_bio = BIO_new(BIO_s_mem()), *key_bio = BIO_new(BIO_s_secmem()), *ca_bio = BIO_new(BIO_s_mem());
	X509 *ca = ca_key ? draft("Throw-away authority for this machine", NULL, ca_key, days) : NULL;
	X509 *cert = key && ca ? draft("localhost", ca, key, days) : NULL;
	int r = 0;
	bool ok = cert && cert_bio && key_bio && ca_bio &&
	          extend(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	          extend(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	          extend(ca, ca, NID_subject_key_identifier, "hash") &&
	          extend(ca, ca, NID_name_constraints,
	                 "critical,permitted;DNS:localhost,permitted;IP:127.0.0.1/255.255.255.255,"
	                 "permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") &&
	          X509_sign(ca, ca_key, EVP_sha256()) > 0 && extend(cert, ca, NID_basic_constraints, "critical,CA:FALSE") &&
	          extend(cert, ca, NID_key_usage, "critical,digitalSignature") &&
	          extend(cert, ca, NID_ext_key_usage, "serverAuth") && extend(cert, ca, NID_subject_key_identifier, "hash") &&
	          extend(cert, ca, NID_authority_key_identifier, "keyid") &&
	          extend(cert, ca, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
	          X509_sign(cert, ca_key, EVP_sha256()) > 0 && PEM_write_bio_X509(cert_bio, cert) &&
	          PEM_write_bio_PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL) && PEM_write_bio_X509(ca_bio, ca);
	if (ok) {
		*ret = (struct toc_identity){ take(cert_bio), take(key_bio), take(ca_bio) };
	} else {
		r = ssl_fail(reterr, "certificate for localhost");
		BIO_free(cert_bio);
		BIO_free(key_bio);
		BIO_free(ca_bio);
	}
	X509_free(ca);
	X509_free(cert);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
	return r;
}

/* Certificate (first of the chain) and key belong together, and the certificate is valid for `days` more. */
static bool fits(const struct toc_identity *i, int days)
{
	BIO *cert_bio = BIO_new_mem_buf(i->certificate, -1), *key_bio = BIO_new_mem_buf(i->key, -1);
	X509 *cert = PEM_read_bio_X509(cert_bio, NULL, NULL, NULL);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, (void *)(uintptr_t)"");
	int left_days = 0, left_seconds = 0;
	bool ok = cert && key && X509_check_private_key(cert, key) == 1 &&
	          ASN1_TIME_diff(&left_days, &left_seconds, NULL, X509_get0_notAfter(cert)) && left_days >= days &&
	          left_seconds >= 0;
	ERR_clear_error();
	X509_free(cert);
	EVP_PKEY_free(key);
	BIO_free(cert_bio);
	BIO_free(key_bio);
	return ok;
}

int toc_identity_read(struct toc_identity *ret, const char *certificate, const char *key, struct toc_error *reterr)
{
	size_t n;
	struct toc_identity i = { .certificate = toc_file_read(certificate, FILE_MOST, &n), .key = toc_file_read(key, FILE_MOST, &n) };
	int r = 0;
	if (!i.certificate || !i.key)
		r = toc_fail(reterr, TOC_EIO, "%s: cannot be read", i.certificate ? key : certificate);
	else if (!fits(&i, 0))
		r = toc_fail(reterr, TOC_EINVAL, "%s and %s: not a valid certificate and its private key, both in PEM form",
		             certificate, key);
	if (r < 0)
		toc_identity_done(&i);
	else
		*ret = i;
	return r;
}

int toc_identity_local(struct toc_identity *ret, const struct toc_state *state, struct toc_error *reterr)
{
	char *cert = toc_state_path(state, "keys/tls.pem"), *key = toc_state_path(state, "keys/tls.key"),
	     *ca = toc_state_path(state, "keys/ca.pem");
	size_t n;
	int r = 0;
	struct toc_identity i = { toc_file_read(cert, FILE_MOST, &n), toc_file_read(key, FILE_MOST, &n),
		                  toc_file_read(ca, FILE_MOST, &n) };
	if (!i.certificate || !i.key || !i.authority || !fits(&i, DAYS_LEFT_LEAST)) {
		toc_identity_done(&i);
		r = toc_identity_make(&i, DAYS, reterr);
		if (r == 0 && ((r = toc_file_write(key, 0600, i.key, strlen(i.key), reterr)) < 0 ||
		               (r = toc_file_write(cert, 0644, i.certificate, strlen(i.certificate), reterr)) < 0 ||
		               (r = toc_file_write(ca, 0644, i.authority, strlen(i.authority), reterr)) < 0))
			toc_identity_done(&i);
	}
	if (r == 0)
		*ret = i;
	free(cert);
	free(key);
	free(ca);
	return r;
}
