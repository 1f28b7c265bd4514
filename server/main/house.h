/* house.h: what the parent holds, for serve.c and the files beside it that do a part of its work.
 *   give.c      what each child is given     shared.c    files and programs that come with this one */
#ifndef TOC_MAIN_HOUSE_H
#define TOC_MAIN_HOUSE_H

#include <limits.h>

#include "main/clock.h"
#include "main/courier.h"
#include "main/database.h"
#include "main/demo.h"
#include "main/family.h"
#include "main/keys.h"
#include "main/log_key.h"
#include "main/serve.h"
#include "measure/metrics.h"

struct house {
	const struct toc_config *config;
	struct toc_state state;
	struct toc_keys keys;
	struct toc_identity identity;
	struct toc_database database;
	struct toc_demo demo;
	struct toc_clock_watch clock;
	struct toc_family *family;
	unsigned n_fronts;
	int listen_fds[TOC_FRONTS_MAX], operator_fd, web, signals;
	uint16_t operator_port;
	int metrics_write[TOC_N_PART], metrics_read[TOC_N_PART];
	int wrapping_write, wrapping_read;
	struct toc_rights front, keeper, archive, courier, signer, eraser;
	struct toc_log_identity log;
	struct toc_courier_means means;
	char origin[300];
	bool is_demo, said_ready, stopping;
	pid_t actors; /* 0: none */
};

/** A child's inheritance, without its sockets: a toc_family_heritage; @param house a struct house */
struct toc_value *toc_give(void *house, struct toc_arena *a, enum toc_part_name part, unsigned index, int first_fd,
                           int ret_give[TOC_GIVE_MAX], size_t *ret_n);
/** {cert, key}: PEM */
struct toc_value *toc_give_certificate(const struct house *h, struct toc_arena *a);

/** share/tocsin/NAME beside the installed program, else in the checkout that it was built from. @return false: nowhere */
bool toc_shared_file(const char *name, char ret_path[PATH_MAX]);
/** Another program of ours: beside this one when installed, in its own room when built. @return false: nowhere */
bool toc_shared_program(const char *room, const char *name, char ret_path[PATH_MAX]);

#endif
