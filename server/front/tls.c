/* tls.c: the one TLS context of the process. TLS 1.3 only, no tickets and no session cache (nothing resumes past a
 * revocation), a certificate chain and key that come as text and never from a file of this process. */
#include "front/inside.h"

#include "base/log.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <time.h>

static int failed(const char *what)
{
	unsigned long e = ERR_get_error();

	toc_log(TOC_LOG_ERROR, "tls", "%s: %s", what, e ? ERR_reason_error_string(e) : "not usable");
	ERR_clear_error();
	return -1;
}

static BIO *text_of(struct toc_str s)
{
	return BIO_new_mem_buf(s.p, (int)s.n);
}

static void note_end(struct toc_front *f, const X509 *certificate)
{
	struct tm tm;

	f->certificate_ends = TOC_TIME_NEVER;
	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) == 1)
		f->certificate_ends.us = (int64_t)timegm(&tm) * 1000000;
}

int toc_tls_certify(struct toc_front *f, struct toc_str chain, struct toc_str key)
{
	SSL_CTX *ctx = f->ssl_ctx;
	BIO *certs = text_of(chain), *keys = text_of(key);
	X509 *leaf = PEM_read_bio_X509(certs, NULL, NULL, NULL), *next = NULL;
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(keys, NULL, NULL, NULL);
	STACK_OF(X509) *rest = sk_X509_new_null();
	int r = 0;

	while (leaf && (next = PEM_read_bio_X509(certs, NULL, NULL, NULL)))
		sk_X509_push(rest, next);
	ERR_clear_error(); /* the end of the text is an error to the reader of PEM */
	if (!leaf)
		r = failed("certificate");
	else if (!pkey)
		r = failed("private key");
	else if (SSL_CTX_use_cert_and_key(ctx, leaf, pkey, rest, 1) != 1)
		r = failed("certificate and key");
	else
		note_end(f, leaf);
	sk_X509_pop_free(rest, X509_free);
	X509_free(leaf);
	EVP_PKEY_free(pkey);
	BIO_free(certs);
	BIO_free(keys);
	return r;
}

/* We say nothing after the client's Finished (no tickets). A client that leaves Nagle's algorithm on would wait with
 * its request until our delayed acknowledgement, 40 ms later: acknowledge now. */
static void on_tls(const SSL *ssl, int where, int value)
{
	int on = 1;

	(void)value;
	if (where & SSL_CB_HANDSHAKE_DONE) {
		toc_count(TOC_METRIC_FRONT_HANDSHAKES);
		setsockopt(SSL_get_fd(ssl), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
	}
}

int toc_tls_configure(struct toc_front *f, void *ssl_ctx)
{
	SSL_CTX *ctx = ssl_ctx;

	f->ssl_ctx = ctx;
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1)
		return failed("TLS 1.3");
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_info_callback(ctx, on_tls);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return 0;
}
