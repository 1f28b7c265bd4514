/* pg_parameter.c: values in PostgreSQL's binary form: network byte order, arrays with a header.
 *
 * Array: dimensions (1), has nulls (0 or 1), element type, then per dimension length and lower bound; then
 * each element as length and bytes, length -1 for null. An empty array has 0 dimensions. Source: PostgreSQL,
 * src/backend/utils/adt/arrayfuncs.c, array_recv. */
#include "store/pg.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#define PARAMETER_BYTES_MAX (1u << 30) /* a field of the protocol is shorter than that */

static struct toc_buf *next(struct toc_pg_parameters *p)
{
	assert(p->n < TOC_PG_PARAMETERS_MAX);
	struct toc_buf *b = &p->value[p->n++];
	toc_buf_init(b, PARAMETER_BYTES_MAX);
	return b;
}

static void put4(struct toc_buf *b, uint32_t v)
{
	uint32_t wire = htobe32(v);

	toc_buf_add(b, &wire, sizeof wire);
}

void toc_pg_parameters_done(struct toc_pg_parameters *p)
{
	for (int i = 0; i < p->n; i++)
		toc_buf_done(&p->value[i]);
	p->n = 0;
}

void toc_pg_int8(struct toc_pg_parameters *p, int64_t v)
{
	uint64_t wire = htobe64((uint64_t)v);

	toc_buf_add(next(p), &wire, sizeof wire);
}

void toc_pg_int4(struct toc_pg_parameters *p, int32_t v)
{
	put4(next(p), (uint32_t)v);
}

void toc_pg_bytes(struct toc_pg_parameters *p, struct toc_str v)
{
	toc_buf_str(next(p), v);
}

struct toc_buf *toc_pg_array(struct toc_pg_parameters *p, enum toc_pg_type of, size_t n)
{
	struct toc_buf *b = next(p);

	put4(b, n > 0);
	put4(b, 1); /* may have nulls */
	put4(b, of);
	if (n > 0) {
		put4(b, (uint32_t)n);
		put4(b, 1);
	}
	return b;
}

void toc_pg_element(struct toc_buf *array, struct toc_str v)
{
	put4(array, (uint32_t)v.n);
	toc_buf_str(array, v);
}

void toc_pg_element_int8(struct toc_buf *array, int64_t v)
{
	uint64_t wire = htobe64((uint64_t)v);

	toc_pg_element(array, (struct toc_str){ (const char *)&wire, sizeof wire });
}

void toc_pg_element_id(struct toc_buf *array, struct toc_uuid id)
{
	if (toc_uuid_is_nil(id))
		toc_pg_element_null(array);
	else
		toc_pg_element(array, toc_uuid_key(&id));
}

void toc_pg_element_null(struct toc_buf *array)
{
	put4(array, UINT32_MAX);
}

int64_t toc_pg_get_int8(const PGresult *r, int row, int column)
{
	uint64_t wire;

	assert(PQgetlength(r, row, column) == sizeof wire);
	memcpy(&wire, PQgetvalue(r, row, column), sizeof wire);
	return (int64_t)be64toh(wire);
}

int32_t toc_pg_get_int4(const PGresult *r, int row, int column)
{
	uint32_t wire;

	assert(PQgetlength(r, row, column) == sizeof wire);
	memcpy(&wire, PQgetvalue(r, row, column), sizeof wire);
	return (int32_t)be32toh(wire);
}

struct toc_str toc_pg_get_bytes(const PGresult *r, int row, int column)
{
	return (struct toc_str){ PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column) };
}

struct toc_uuid toc_pg_get_id(const PGresult *r, int row, int column)
{
	struct toc_uuid id = { { 0 } };

	if (PQgetlength(r, row, column) == sizeof id.b)
		memcpy(id.b, PQgetvalue(r, row, column), sizeof id.b);
	return id;
}
