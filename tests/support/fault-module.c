/*
 * A PKCS#11 module that passes everything on to a real one and does harm where it is told to.
 *
 * P11FAULT_MODULE names the real module, P11FAULT_CTL a file that is read again at every call, one `name=value` a line:
 *   latency_ms=N    every C_Sign takes that long
 *   fn=C_Name       the function that goes wrong, and `mode` how: crash, abort, exit, hang, error, wrong
 *   rv=N            what `mode=error` returns
 *   after=N         it goes wrong only after that many calls of C_Sign went well
 *   removed=1       the token is pulled out; 0 puts it back
 *   set_flags=N     bits that are set in the flags of every token (CKF_USER_PIN_FINAL_TRY, …)
 *   always_auth=1   every private key asks for the PIN before every signature, and insists
 *   cant_lock=1     C_Initialize refuses to lock
 *   logins_file=P   a file that gets one byte for every C_Login
 *
 * Build: gcc -shared -fPIC -I node_modules/pkcs11js/includes fault-module.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "pkcs11/pkcs11.h"

#ifndef CKA_ALWAYS_AUTHENTICATE
#define CKA_ALWAYS_AUTHENTICATE 0x202UL
#endif
#ifndef CKU_CONTEXT_SPECIFIC
#define CKU_CONTEXT_SPECIFIC 2UL
#endif

struct orders {
  int latency_ms, after, removed, always_auth, cant_lock;
  unsigned long rv, set_flags;
  char fn[256], mode[256], logins_file[256];
};

static CK_FUNCTION_LIST *real, list;
static int signatures, was_removed, context_login;

static struct orders read_orders(void) {
  struct orders o;
  memset(&o, 0, sizeof o);
  const char *path = getenv("P11FAULT_CTL");
  FILE *file = path ? fopen(path, "r") : NULL;
  if (!file) return o;
  char name[40], value[256];
  while (fscanf(file, " %39[^=]=%255s", name, value) == 2) {
    if (!strcmp(name, "latency_ms")) o.latency_ms = atoi(value);
    else if (!strcmp(name, "after")) o.after = atoi(value);
    else if (!strcmp(name, "removed")) o.removed = atoi(value);
    else if (!strcmp(name, "always_auth")) o.always_auth = atoi(value);
    else if (!strcmp(name, "cant_lock")) o.cant_lock = atoi(value);
    else if (!strcmp(name, "rv")) o.rv = strtoul(value, NULL, 0);
    else if (!strcmp(name, "set_flags")) o.set_flags = strtoul(value, NULL, 0);
    else if (!strcmp(name, "fn")) snprintf(o.fn, sizeof o.fn, "%s", value);
    else if (!strcmp(name, "mode")) snprintf(o.mode, sizeof o.mode, "%s", value);
    else if (!strcmp(name, "logins_file")) snprintf(o.logins_file, sizeof o.logins_file, "%s", value);
  }
  fclose(file);
  return o;
}

/* Handles of a pulled token are dead for good, also after it came back. */
static void follow_removal(const struct orders *o) {
  if (o->removed && !was_removed) {
    CK_SLOT_ID slots[16];
    CK_ULONG count = 16;
    if (real->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK)
      for (CK_ULONG i = 0; i < count; i++) real->C_CloseAllSessions(slots[i]);
  }
  was_removed = o->removed;
}

static int goes_wrong(const char *fn, const struct orders *o) {
  return o->mode[0] && !strcmp(o->fn, fn) && signatures >= o->after;
}

static CK_RV do_harm(const char *fn, const struct orders *o) {
  if (!goes_wrong(fn, o)) return CKR_OK;
  if (!strcmp(o->mode, "crash")) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
  }
  if (!strcmp(o->mode, "abort")) abort();
  if (!strcmp(o->mode, "exit")) _exit(3);
  if (!strcmp(o->mode, "hang")) for (;;) pause();
  return strcmp(o->mode, "error") ? CKR_OK : o->rv;
}

#define BEFORE(name, gone)                       \
  struct orders o = read_orders();               \
  follow_removal(&o);                            \
  CK_RV harm = do_harm(#name, &o);               \
  if (harm != CKR_OK) return harm;               \
  if (o.removed && (gone) != CKR_OK) return gone;

static CK_RV faulty_C_Initialize(CK_VOID_PTR arguments) {
  BEFORE(C_Initialize, CKR_OK)
  if (o.cant_lock && arguments && (((CK_C_INITIALIZE_ARGS *)arguments)->flags & CKF_OS_LOCKING_OK)) return CKR_CANT_LOCK;
  return real->C_Initialize(arguments);
}

static CK_RV faulty_C_GetSlotList(CK_BBOOL present, CK_SLOT_ID_PTR slots, CK_ULONG_PTR count) {
  BEFORE(C_GetSlotList, CKR_OK)
  if (o.removed && present) {
    *count = 0;
    return CKR_OK;
  }
  return real->C_GetSlotList(present, slots, count);
}

static CK_RV faulty_C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  BEFORE(C_GetTokenInfo, CKR_TOKEN_NOT_PRESENT)
  CK_RV rv = real->C_GetTokenInfo(slot, info);
  if (rv == CKR_OK && (info->flags & CKF_TOKEN_INITIALIZED)) info->flags |= o.set_flags;
  return rv;
}

static CK_RV faulty_C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify, CK_SESSION_HANDLE_PTR session) {
  BEFORE(C_OpenSession, CKR_TOKEN_NOT_PRESENT)
  return real->C_OpenSession(slot, flags, application, notify, session);
}

static CK_RV faulty_C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  BEFORE(C_Login, CKR_DEVICE_REMOVED)
  FILE *logins = o.logins_file[0] ? fopen(o.logins_file, "a") : NULL;
  if (logins) {
    fputc(user == CKU_CONTEXT_SPECIFIC ? 'c' : 'u', logins);
    fclose(logins);
  }
  if (user == CKU_CONTEXT_SPECIFIC && o.always_auth) {
    context_login = 1;
    return CKR_OK;
  }
  return real->C_Login(session, user, pin, length);
}

static CK_RV faulty_C_FindObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR template, CK_ULONG count) {
  BEFORE(C_FindObjectsInit, CKR_DEVICE_REMOVED)
  return real->C_FindObjectsInit(session, template, count);
}

static CK_RV faulty_C_GetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR template, CK_ULONG count) {
  BEFORE(C_GetAttributeValue, CKR_DEVICE_REMOVED)
  CK_RV rv = real->C_GetAttributeValue(session, object, template, count);
  if (o.always_auth && rv == CKR_OK)
    for (CK_ULONG i = 0; i < count; i++)
      if (template[i].type == CKA_ALWAYS_AUTHENTICATE && template[i].pValue) *(CK_BBOOL *)template[i].pValue = CK_TRUE;
  return rv;
}

static CK_RV faulty_C_SignInit(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
  BEFORE(C_SignInit, CKR_DEVICE_REMOVED)
  context_login = 0;
  return real->C_SignInit(session, mechanism, key);
}

static CK_RV faulty_C_Sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature, CK_ULONG_PTR signature_length) {
  struct orders o = read_orders();
  if (o.latency_ms) {
    struct timespec pause_for = {o.latency_ms / 1000, (o.latency_ms % 1000) * 1000000L};
    nanosleep(&pause_for, NULL);
    o = read_orders();
  }
  follow_removal(&o);
  CK_RV harm = do_harm("C_Sign", &o);
  if (harm != CKR_OK) return harm;
  if (o.removed) return CKR_DEVICE_REMOVED;
  if (o.always_auth && !context_login) return CKR_USER_NOT_LOGGED_IN;
  context_login = 0;
  CK_RV rv = real->C_Sign(session, data, length, signature, signature_length);
  if (rv == CKR_OK && goes_wrong("C_Sign", &o) && !strcmp(o.mode, "wrong")) signature[10] ^= 1;
  if (rv == CKR_OK) signatures++;
  return rv;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR out) {
  if (!real) {
    void *library = dlopen(getenv("P11FAULT_MODULE"), RTLD_NOW | RTLD_LOCAL);
    if (!library) return CKR_GENERAL_ERROR;
    CK_RV (*get)(CK_FUNCTION_LIST_PTR_PTR) = (CK_RV(*)(CK_FUNCTION_LIST_PTR_PTR))dlsym(library, "C_GetFunctionList");
    CK_RV rv = get(&real);
    if (rv != CKR_OK) return rv;
    list = *real;
    list.C_Initialize = faulty_C_Initialize;
    list.C_GetSlotList = faulty_C_GetSlotList;
    list.C_GetTokenInfo = faulty_C_GetTokenInfo;
    list.C_OpenSession = faulty_C_OpenSession;
    list.C_Login = faulty_C_Login;
    list.C_FindObjectsInit = faulty_C_FindObjectsInit;
    list.C_GetAttributeValue = faulty_C_GetAttributeValue;
    list.C_SignInit = faulty_C_SignInit;
    list.C_Sign = faulty_C_Sign;
    list.C_GetFunctionList = C_GetFunctionList;
  }
  /* What real drivers do, and what must disturb nobody. */
  fprintf(stdout, "driver noise\n");
  fprintf(stderr, "driver noise\n");
  *out = &list;
  return CKR_OK;
}
