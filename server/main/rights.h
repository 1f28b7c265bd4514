/* rights.h: who a process runs as, and what it gives up before it looks at the outside world. */
#ifndef TOC_MAIN_RIGHTS_H
#define TOC_MAIN_RIGHTS_H

#include <sys/types.h>

#include "base/error.h"
#include "base/value.h"

/** An account by number. `group` is an extra group, or (gid_t)-1. */
struct toc_rights {
	uid_t uid;
	gid_t gid, group;
};

/** The account of a user name. @return 0 or TOC_ENOTFOUND */
int toc_rights_find(const char *name, struct toc_rights *ret_rights) TOC_MUSTCHECK;
/** An account for a part of the server when started as root: the user tocsin-PART if there is one, else a number
 * of its own that no user has. Not root: our own. Parts have distinct accounts, so that none can trace another. */
struct toc_rights toc_rights_of_part(const char *part, unsigned index);

struct toc_value *toc_rights_write(struct toc_arena *a, struct toc_rights account);

/** Become that account for good (only root does), and give up what no child needs: new rights by exec, core dumps,
 * being traced, outliving the parent, more than `files` descriptors.
 * @param user "user" of the heritage, or NULL to stay who we are */
int toc_rights_drop(const struct toc_value *user, unsigned files, struct toc_error *reterr) TOC_MUSTCHECK;

#endif
