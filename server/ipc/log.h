/* log.h: what is asked of the log over LOG, and in what form it is answered. */
#ifndef TOC_IPC_LOG_H
#define TOC_IPC_LOG_H

enum toc_log_what {
	TOC_LOG_CHECKPOINT,  /* the newest, as it was signed, and some cosignatures */
	TOC_LOG_VKEY,        /* who signs */
	TOC_LOG_TILE,        /* a tile of hashes, or of leaves, for auditors and the operator's administrators */
	TOC_LOG_PROOF,       /* that an entry is in it: the path is its seq; who may read it, or the leaves */
	TOC_LOG_CONSISTENCY, /* the newest, and that it goes on from the size in the path: a `checkpoint` frame */
	TOC_LOG_COSIGNATURES, /* of the size in the path, or of the newest that has any: the note with all of them */
	TOC_LOG_STAMPS,       /* the list of time stamps, as JSON */
	TOC_LOG_STAMP,        /* SIZE: the answer of the authority; SIZE/query, SIZE/chain, SIZE/note: what belongs to it */
	TOC_LOG_WHATS
};
enum toc_log_kind { TOC_LOG_TEXT, TOC_LOG_OCTETS, TOC_LOG_JSON };

#endif
