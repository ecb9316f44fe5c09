/*
 * A PKCS#11 module that passes everything on to a real one and does harm where it is told to.
 *
 * P11FAULT_MODULE names the real module, P11FAULT_CTL a file that is read again at every call, one `name=value` a line:
 *   latency_ms=N    every C_Sign takes that long
 *   fn=C_Name       the function that goes wrong, and `mode` how: crash, abort, exit, hang, error, wrong
 *   rv=N            what `mode=error` returns
 *   after=N         it goes wrong only after that many calls of C_Sign went well
 *   times=N         it goes wrong so often in the life of a process; always where it is not said
 *   removed=1       the token is pulled out; 0 puts it back
 *   set_flags=N     bits that are set in the flags of every token (CKF_USER_PIN_FINAL_TRY, …)
 *   tries=N         a token locks after so many wrong PINs in a row, counted in tries_file=P, and its flags tell
 *   silent_flags=1  but they do not tell
 *   pad_pin=T       what is typed on the PIN pad: stands in where C_Login is given no PIN
 *   always_auth=1   every private key asks for the PIN before every signature, and insists
 *   cant_lock=1     C_Initialize refuses to lock
 *   hide_mechanism=N, refuse_mechanism=N   is not in the list; is, but C_SignInit knows better
 *   noise=1         it writes to stdout and stderr at every call
 *   signs_file=P    a file that gets one byte for every C_Sign, before it begins
 *   times_file=P    a file that gets a line for every C_Sign that went well: begin and end, microseconds of CLOCK_MONOTONIC
 *   logins_file=P   a file that gets one byte for every C_Login: u for the user, c for one signature
 *
 * P11FAULT_PARAMETERS is handed to the real module at C_Initialize, as NSS wants it.
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
  int latency_ms, after, times, removed, tries, silent_flags, always_auth, cant_lock, noise;
  unsigned long rv, set_flags, hide_mechanism, refuse_mechanism;
  char fn[256], mode[256], logins_file[256], signs_file[256], times_file[256], tries_file[256], pad_pin[256];
};

static CK_FUNCTION_LIST *real, list;
static int signatures, faults, was_removed, context_login;
/* What the user's own login was accepted with. */
static char user_pin[256];

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
    else if (!strcmp(name, "times")) o.times = atoi(value);
    else if (!strcmp(name, "removed")) o.removed = atoi(value);
    else if (!strcmp(name, "tries")) o.tries = atoi(value);
    else if (!strcmp(name, "silent_flags")) o.silent_flags = atoi(value);
    else if (!strcmp(name, "always_auth")) o.always_auth = atoi(value);
    else if (!strcmp(name, "cant_lock")) o.cant_lock = atoi(value);
    else if (!strcmp(name, "noise")) o.noise = atoi(value);
    else if (!strcmp(name, "rv")) o.rv = strtoul(value, NULL, 0);
    else if (!strcmp(name, "set_flags")) o.set_flags = strtoul(value, NULL, 0);
    else if (!strcmp(name, "hide_mechanism")) o.hide_mechanism = strtoul(value, NULL, 0);
    else if (!strcmp(name, "refuse_mechanism")) o.refuse_mechanism = strtoul(value, NULL, 0);
    else if (!strcmp(name, "fn")) snprintf(o.fn, sizeof o.fn, "%s", value);
    else if (!strcmp(name, "mode")) snprintf(o.mode, sizeof o.mode, "%s", value);
    else if (!strcmp(name, "logins_file")) snprintf(o.logins_file, sizeof o.logins_file, "%s", value);
    else if (!strcmp(name, "signs_file")) snprintf(o.signs_file, sizeof o.signs_file, "%s", value);
    else if (!strcmp(name, "times_file")) snprintf(o.times_file, sizeof o.times_file, "%s", value);
    else if (!strcmp(name, "tries_file")) snprintf(o.tries_file, sizeof o.tries_file, "%s", value);
    else if (!strcmp(name, "pad_pin")) snprintf(o.pad_pin, sizeof o.pad_pin, "%s", value);
  }
  fclose(file);
  if (o.noise) {
    printf("driver noise\n");
    fprintf(stderr, "driver noise\n");
    fflush(stdout);
  }
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

static int wrong_pins(const struct orders *o) {
  int wrong = 0;
  FILE *file = fopen(o->tries_file, "r");
  if (!file) return 0;
  if (fscanf(file, "%d", &wrong) != 1) wrong = 0;
  fclose(file);
  return wrong;
}

static void write_wrong_pins(const struct orders *o, int wrong) {
  FILE *file = fopen(o->tries_file, "w");
  if (!file) return;
  fprintf(file, "%d", wrong);
  fclose(file);
}

static int goes_wrong(const char *fn, const struct orders *o) {
  return o->mode[0] && !strcmp(o->fn, fn) && signatures >= o->after && (!o->times || faults < o->times);
}

static CK_RV do_harm(const char *fn, const struct orders *o) {
  if (!goes_wrong(fn, o)) return CKR_OK;
  faults++;
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

/* CK_C_INITIALIZE_ARGS with the member that NSS adds before the last one. */
struct parameters {
  CK_CREATEMUTEX create;
  CK_DESTROYMUTEX destroy;
  CK_LOCKMUTEX lock;
  CK_UNLOCKMUTEX unlock;
  CK_FLAGS flags;
  const char *text;
  void *reserved;
};

static CK_RV faulty_C_Initialize(CK_VOID_PTR arguments) {
  BEFORE(C_Initialize, CKR_OK)
  if (getenv("P11FAULT_PARAMETERS")) {
    struct parameters given = {NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, getenv("P11FAULT_PARAMETERS"), NULL};
    return real->C_Initialize(&given);
  }
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

static CK_RV faulty_C_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO_PTR info) {
  BEFORE(C_GetSlotInfo, CKR_OK)
  CK_RV rv = real->C_GetSlotInfo(slot, info);
  if (rv == CKR_OK && o.removed) info->flags &= ~(CK_FLAGS)CKF_TOKEN_PRESENT;
  return rv;
}

static CK_RV faulty_C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved) {
  BEFORE(C_WaitForSlotEvent, CKR_OK)
  return real->C_WaitForSlotEvent(flags, slot, reserved);
}

static CK_RV faulty_C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  BEFORE(C_GetTokenInfo, CKR_TOKEN_NOT_PRESENT)
  CK_RV rv = real->C_GetTokenInfo(slot, info);
  if (rv != CKR_OK || !(info->flags & CKF_TOKEN_INITIALIZED)) return rv;
  info->flags |= o.set_flags;
  if (!o.tries || o.silent_flags) return rv;
  int wrong = wrong_pins(&o);
  if (wrong) info->flags |= CKF_USER_PIN_COUNT_LOW;
  if (wrong == o.tries - 1) info->flags |= CKF_USER_PIN_FINAL_TRY;
  if (wrong >= o.tries) info->flags |= CKF_USER_PIN_LOCKED;
  return rv;
}

static CK_RV faulty_C_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR mechanisms, CK_ULONG_PTR count) {
  BEFORE(C_GetMechanismList, CKR_TOKEN_NOT_PRESENT)
  CK_RV rv = real->C_GetMechanismList(slot, mechanisms, count);
  if (rv != CKR_OK || !mechanisms || !o.hide_mechanism) return rv;
  CK_ULONG kept = 0;
  for (CK_ULONG i = 0; i < *count; i++)
    if (mechanisms[i] != o.hide_mechanism) mechanisms[kept++] = mechanisms[i];
  *count = kept;
  return rv;
}

static CK_RV faulty_C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify, CK_SESSION_HANDLE_PTR session) {
  BEFORE(C_OpenSession, CKR_TOKEN_NOT_PRESENT)
  return real->C_OpenSession(slot, flags, application, notify, session);
}

/* Every attempt counts, whatever becomes of it. */
static void count(const char *path, char letter) {
  FILE *file = path[0] ? fopen(path, "a") : NULL;
  if (!file) return;
  fputc(letter, file);
  fclose(file);
}

static long long microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static CK_RV judge_pin(const struct orders *o, CK_RV rv) {
  if (!o->tries) return rv;
  int wrong = wrong_pins(o);
  if (wrong >= o->tries) return CKR_PIN_LOCKED;
  if (rv == CKR_OK) write_wrong_pins(o, 0);
  if (rv == CKR_PIN_INCORRECT) write_wrong_pins(o, wrong + 1);
  return rv;
}

static CK_RV faulty_C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  struct orders counted = read_orders();
  count(counted.logins_file, user == CKU_CONTEXT_SPECIFIC ? 'c' : 'u');
  BEFORE(C_Login, CKR_DEVICE_REMOVED)
  if (!length && o.pad_pin[0]) {
    pin = (CK_UTF8CHAR_PTR)o.pad_pin;
    length = strlen(o.pad_pin);
  }
  if (user == CKU_CONTEXT_SPECIFIC && o.always_auth) {
    if (length != strlen(user_pin) || memcmp(pin, user_pin, length)) return judge_pin(&o, CKR_PIN_INCORRECT);
    context_login = 1;
    return CKR_OK;
  }
  CK_RV rv = judge_pin(&o, real->C_Login(session, user, pin, length));
  if (rv == CKR_OK) snprintf(user_pin, sizeof user_pin, "%.*s", (int)length, (const char *)pin);
  return rv;
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
  if (o.refuse_mechanism && mechanism->mechanism == o.refuse_mechanism) return CKR_MECHANISM_INVALID;
  return real->C_SignInit(session, mechanism, key);
}

static CK_RV faulty_C_Sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature, CK_ULONG_PTR signature_length) {
  long long begun = microseconds();
  struct orders o = read_orders();
  count(o.signs_file, 's');
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
  FILE *times = rv == CKR_OK && o.times_file[0] ? fopen(o.times_file, "a") : NULL;
  if (times) {
    fprintf(times, "%lld %lld\n", begun, microseconds());
    fclose(times);
  }
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
    list.C_GetSlotInfo = faulty_C_GetSlotInfo;
    list.C_WaitForSlotEvent = faulty_C_WaitForSlotEvent;
    list.C_GetTokenInfo = faulty_C_GetTokenInfo;
    list.C_GetMechanismList = faulty_C_GetMechanismList;
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
