/* test_identity.c: the throw-away certificate says what browsers and clients look for, and no more than that. */
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "check.h"
#include "main/keys.h"

static struct toc_error error;

static X509 *parse(const char *pem)
{
	BIO *b = BIO_new_mem_buf(pem, -1);
	X509 *c = PEM_read_bio_X509(b, NULL, NULL, NULL);
	BIO_free(b);
	return c;
}

/* What a TLS client checks. @return X509_V_OK or why not */
static int verify(X509 *authority, X509 *cert, const char *host)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_STORE_add_cert(store, authority);
	X509_STORE_CTX_init(ctx, store, cert, NULL);
	X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(ctx);
	if (strchr(host, ':') || (host[0] >= '0' && host[0] <= '9'))
		X509_VERIFY_PARAM_set1_ip_asc(p, host);
	else
		X509_VERIFY_PARAM_set1_host(p, host, 0);
	X509_VERIFY_PARAM_set_purpose(p, X509_PURPOSE_SSL_SERVER);
	X509_verify_cert(ctx);
	int r = X509_STORE_CTX_get_error(ctx);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return r;
}

CASE(clients_accept_it_for_this_machine_and_for_nothing_else)
{
	struct toc_identity i;
	CHECK_INT(toc_identity_make(&i, 365, &error), 0);
	X509 *ca = parse(i.authority), *cert = parse(i.certificate);
	CHECK_INT(verify(ca, cert, "localhost"), X509_V_OK);
	CHECK_INT(verify(ca, cert, "127.0.0.1"), X509_V_OK);
	CHECK_INT(verify(ca, cert, "::1"), X509_V_OK);
	CHECK_INT(verify(ca, cert, "example.org"), X509_V_ERR_HOSTNAME_MISMATCH);
	CHECK_INT(EVP_PKEY_get_bits(X509_get0_pubkey(cert)), 256);
	CHECK(strstr(i.key, "PRIVATE KEY") != NULL);
	X509_free(ca);
	X509_free(cert);
	toc_identity_done(&i);
}

CASE(each_authority_is_another_one)
{
	struct toc_identity a, b;
	CHECK_INT(toc_identity_make(&a, 365, &error), 0);
	CHECK_INT(toc_identity_make(&b, 365, &error), 0);
	X509 *ca = parse(a.authority), *cert = parse(b.certificate);
	CHECK(verify(ca, cert, "localhost") != X509_V_OK);
	X509_free(ca);
	X509_free(cert);
	toc_identity_done(&a);
	toc_identity_done(&b);
}

CASE(it_is_kept_and_made_anew_before_it_ends)
{
	char dir[] = "/tmp/tocsin-identity-XXXXXX", command[96];
	struct toc_state state;
	struct toc_identity first, second;
	if (!mkdtemp(dir))
		abort();
	CHECK_INT(toc_state_open(&state, dir, &error), 0);
	struct toc_rights root = { 0, 0, (gid_t)-1 };
	CHECK_INT(toc_state_folder(&state, "keys", 0700, root, &error), 0);
	CHECK_INT(toc_identity_local(&first, &state, &error), 0);
	CHECK_INT(toc_identity_local(&second, &state, &error), 0);
	CHECK(!strcmp(first.certificate, second.certificate));
	toc_identity_done(&second);
	CHECK_INT(toc_identity_make(&second, 20, &error), 0); /* less than 30 days left */
	char *cert = toc_state_path(&state, "keys/tls.pem"), *key = toc_state_path(&state, "keys/tls.key");
	CHECK_INT(toc_file_write(cert, 0644, second.certificate, strlen(second.certificate), &error), 0);
	CHECK_INT(toc_file_write(key, 0600, second.key, strlen(second.key), &error), 0);
	toc_identity_done(&first);
	CHECK_INT(toc_identity_local(&first, &state, &error), 0);
	CHECK(strcmp(first.certificate, second.certificate) != 0);
	toc_identity_done(&second);
	CHECK_INT(toc_identity_read(&second, cert, key, &error), 0);
	toc_identity_done(&second);
	CHECK_INT(toc_identity_read(&second, key, cert, &error), TOC_EINVAL); /* the wrong way round */
	CHECK_INT(toc_identity_read(&second, "/nowhere", key, &error), TOC_EIO);
	toc_identity_done(&first);
	free(cert);
	free(key);
	toc_state_close(&state);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	CHECK_INT(system(command), 0);
}

RUN_CASES()
