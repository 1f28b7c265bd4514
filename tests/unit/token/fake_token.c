/* fake_token.c: a PKCS#11 module in memory, for test_token.c: as many keys as it is given, and as many faults.
 *
 * It does what server/token/token.c asks and nothing else. Its AES-GCM is none: what is sealed by one key does not open by
 * another, and that is all that is asked of it. What happens to it is said through `fake_token`, which the test looks up. */
#include "fake_token.h"

#include <string.h>
#define CRYPTOKI_GNU 1
#include <p11-kit/pkcs11.h>

#include "base/digest.h"

struct fake_token fake_token;

static ck_object_handle_t found[FAKE_KEYS];
static unsigned long n_found, next_found;
static unsigned sealing; /* index of the key */

/* An object's handle is the number of its making. */
static unsigned index_of(ck_object_handle_t object)
{
	unsigned i = 0;

	while (i + 1 < fake_token.n && fake_token.key[i].value != object)
		i++;
	return i;
}

static bool is_lost(void)
{
	return fake_token.away || !fake_token.signed_in;
}

static ck_rv_t initialize(void *args)
{
	(void)args;
	return CKR_OK;
}

static ck_rv_t slots(unsigned char present, ck_slot_id_t *list, unsigned long *n)
{
	(void)present;
	*n = fake_token.away ? 0 : 1;
	list[0] = 1;
	return CKR_OK;
}

static ck_rv_t token_info(ck_slot_id_t slot, struct ck_token_info *info)
{
	(void)slot;
	memset(info, ' ', sizeof *info);
	memcpy(info->label, "fake", 4);
	return CKR_OK;
}

static ck_rv_t open_session(ck_slot_id_t slot, ck_flags_t flags, void *application, ck_notify_t notify, ck_session_handle_t *ret)
{
	(void)slot, (void)flags, (void)application, (void)notify;
	*ret = 1;
	return fake_token.away ? CKR_DEVICE_REMOVED : CKR_OK;
}

static ck_rv_t close_session(ck_session_handle_t session)
{
	(void)session;
	fake_token.signed_in = false;
	return CKR_OK;
}

static ck_rv_t login(ck_session_handle_t session, ck_user_type_t user, unsigned char *pin, unsigned long n)
{
	(void)session, (void)user;
	fake_token.tries++;
	if (n != strlen(fake_token.pin) || memcmp(pin, fake_token.pin, n) != 0)
		return CKR_PIN_INCORRECT;
	fake_token.signed_in = true;
	return CKR_OK;
}

static ck_rv_t find_init(ck_session_handle_t session, struct ck_attribute *wanted, unsigned long n)
{
	(void)session;
	if (is_lost())
		return CKR_SESSION_HANDLE_INVALID;
	n_found = next_found = 0;
	for (unsigned i = 0; i < fake_token.n; i++)
		if (n < 3 || !memcmp(fake_token.key[i].id, wanted[2].value, 16))
			found[n_found++] = fake_token.key[i].value;
	return CKR_OK;
}

static ck_rv_t find(ck_session_handle_t session, ck_object_handle_t *ret, unsigned long most, unsigned long *ret_n)
{
	(void)session;
	for (*ret_n = 0; *ret_n < most && next_found < n_found; (*ret_n)++)
		ret[*ret_n] = found[next_found++];
	return CKR_OK;
}

static ck_rv_t find_final(ck_session_handle_t session)
{
	(void)session;
	return CKR_OK;
}

static ck_rv_t attribute(ck_session_handle_t session, ck_object_handle_t object, struct ck_attribute *a, unsigned long n)
{
	(void)session, (void)n;
	memcpy(a->value, fake_token.key[index_of(object)].id, 16);
	a->value_len = 16;
	return CKR_OK;
}

static ck_rv_t generate(ck_session_handle_t session, struct ck_mechanism *how, struct ck_attribute *a, unsigned long n, ck_object_handle_t *ret)
{
	(void)session, (void)how;
	if (is_lost())
		return CKR_SESSION_HANDLE_INVALID;
	if (fake_token.n == FAKE_KEYS)
		return CKR_DEVICE_MEMORY;
	for (unsigned long i = 0; i < n; i++)
		if (a[i].type == CKA_ID)
			memcpy(fake_token.key[fake_token.n].id, a[i].value, 16);
	fake_token.key[fake_token.n].value = ++fake_token.made;
	fake_token.n++;
	*ret = fake_token.made;
	return CKR_OK;
}

static ck_rv_t destroy(ck_session_handle_t session, ck_object_handle_t object)
{
	(void)session;
	if (is_lost())
		return CKR_SESSION_HANDLE_INVALID;
	fake_token.key[index_of(object)] = fake_token.key[fake_token.n - 1];
	fake_token.n--;
	return CKR_OK;
}

static ck_rv_t crypt_init(ck_session_handle_t session, struct ck_mechanism *how, ck_object_handle_t key)
{
	(void)session, (void)how;
	sealing = index_of(key);
	return is_lost() ? CKR_SESSION_HANDLE_INVALID : CKR_OK;
}

static struct toc_sha256 tag_of(const unsigned char *clear, unsigned long n)
{
	unsigned char bytes[256] = { (unsigned char)fake_token.key[sealing].value };

	memcpy(bytes + 1, clear, n);
	return toc_sha256((struct toc_str){ (const char *)bytes, n + 1 });
}

static ck_rv_t encrypt(ck_session_handle_t session, unsigned char *in, unsigned long n, unsigned char *out, unsigned long *out_n)
{
	struct toc_sha256 tag = tag_of(in, n);

	(void)session;
	for (unsigned long i = 0; i < n; i++)
		out[i] = (unsigned char)(in[i] ^ fake_token.key[sealing].value);
	memcpy(out + n, tag.b, 16);
	*out_n = n + 16;
	return CKR_OK;
}

static ck_rv_t decrypt(ck_session_handle_t session, unsigned char *in, unsigned long n, unsigned char *out, unsigned long *out_n)
{
	(void)session;
	for (unsigned long i = 0; i < n - 16; i++)
		out[i] = (unsigned char)(in[i] ^ fake_token.key[sealing].value);
	struct toc_sha256 tag = tag_of(out, n - 16);
	*out_n = n - 16;
	return memcmp(tag.b, in + n - 16, 16) ? CKR_ENCRYPTED_DATA_INVALID : CKR_OK;
}

ck_rv_t C_GetFunctionList(struct ck_function_list **ret)
{
	static struct ck_function_list list;

	list.C_Initialize = initialize;
	list.C_Finalize = initialize;
	list.C_GetSlotList = slots;
	list.C_GetTokenInfo = token_info;
	list.C_OpenSession = open_session;
	list.C_CloseSession = close_session;
	list.C_Login = login;
	list.C_FindObjectsInit = find_init;
	list.C_FindObjects = find;
	list.C_FindObjectsFinal = find_final;
	list.C_GetAttributeValue = attribute;
	list.C_GenerateKey = generate;
	list.C_DestroyObject = destroy;
	list.C_EncryptInit = crypt_init;
	list.C_Encrypt = encrypt;
	list.C_DecryptInit = crypt_init;
	list.C_Decrypt = decrypt;
	*ret = &list;
	return CKR_OK;
}
