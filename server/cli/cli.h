/* cli.h: what the commands of `tocsin` share: the command line, output, and one connection with a loop. */
#ifndef TOC_CLI_CLI_H
#define TOC_CLI_CLI_H

#include "base/value.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "tocsin/client.h"

struct cli {
	struct cli_line line;
	const char *server, *ca;
	char *key; /* NULL: none given */
	bool json; /* one line of JSON per event */
	struct term out, err;
};

int cli_watch(const struct cli *cli);
int cli_send(const struct cli *cli);
int cli_ack(const struct cli *cli);
int cli_play(const struct cli *cli);
int cli_schema(const struct cli *cli);
int cli_hash(const struct cli *cli);
int cli_transfers(const struct cli *cli);
int cli_lookup(const struct cli *cli);
int cli_held(const struct cli *cli); /* all, or one subject */
int cli_subject(const struct cli *cli);
int cli_administer(const struct cli *cli);
int cli_witness(const struct cli *cli);
/** The secret key in a file, for whoever cosigns. @return 0, or -1 after a complaint */
int cli_witness_key(const struct cli *cli, const char *path, struct toc_arena *a, struct toc_str *ret_skey);
int cli_form_print(const struct cli *cli);
int cli_form_read(const struct cli *cli);
int cli_contacts(const struct cli *cli);
int cli_hook(const struct cli *cli);
int cli_audit_queries(const struct cli *cli);
int cli_audit_query(const struct cli *cli); /* and sql */
int cli_audit_verify(const struct cli *cli);
int cli_audit_watch(const struct cli *cli);
int cli_audit_export(const struct cli *cli);

/** POST this to /api/audit/NAME, and show the answer. @return exit code */
int cli_ask(const struct cli *cli, const char *name, struct toc_str body);

/** One sentence on stderr, "tocsin: …". @return code */
int cli_complain(const struct cli *cli, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** The envelope of what administrators say. `confirms`: what somebody else has said, or NULL. */
struct toc_value *cli_system_message(struct toc_arena *a, const char *type, const char *confirms, struct toc_value *body);

/** Send (or, with --prepare, only ask), and show the answer. @return exit code */
int cli_send_message(const struct cli *cli, struct toc_str message);
/** The same, with the answer shown otherwise. */
int cli_send_shown(const struct cli *cli, struct toc_str message,
		   void (*show)(const struct cli *cli, const struct tocsin_answer *answer));
/** A whole file, or standard input for "-", in the arena. @return 0, or -1 after a complaint */
int cli_read(const struct cli *cli, const char *path, size_t most, struct toc_arena *a,
	     struct toc_str *ret_bytes);
/** "12" or "1.5" seconds … as a whole number inside limits. @return 0, or -1 after a complaint */
int cli_number(const struct cli *cli, enum cli_option option, long least, long most, long absent,
	       long *ret_number);

/** Set by SIGINT and SIGTERM; a waiting tocsin_step of the registered library ends. */
extern volatile int cli_interrupted;
void cli_catch_signals(struct tocsin *t);

/** TLS, a key and a connection, or an exit code after a complaint. */
int cli_open(const struct cli *cli, struct tocsin **ret_tocsin);
/** The same, and how the connection is to be: server, key and --patience are filled in. */
int cli_open_for(const struct cli *cli, struct tocsin_connection_settings *settings, struct tocsin **ret_tocsin);

/** An entry as a few lines for a person. `scratch` is the caller's. */
void cli_show_entry(const struct cli *cli, struct toc_arena *scratch, const struct toc_value *frame);
/** A refusal, on stderr or as JSON on stdout. */
void cli_show_answer(const struct cli *cli, const struct tocsin_answer *answer);

#endif
