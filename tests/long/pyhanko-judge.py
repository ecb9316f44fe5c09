"""Validates signed PDF files with pyHanko and prints what it found as JSON, a line for each file.

Usage: pyhanko-judge.py ROOT.pem INTERMEDIATE.pem FILE:LEVEL...   (LEVEL is B-B, B-T, B-LT or B-LTA)

B-B and B-T are judged as signatures of today. B-LT is judged with time (EN 319 102-1, 5.5) and B-LTA as an archive (5.6.3), by
the evidence in the file alone: nothing is fetched, and a certificate that names a server without evidence from it is no good.
"""
import asyncio
import json
import sys

from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    GenericFieldModificationRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    PdfSignatureStatus,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.ades import ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer


# pyHanko's own policy with the one thing in which it is stricter than ISO 32000 and Adobe Reader taken back: that no signature field
# with an appearance may be added after a certification, as number, day, month and seal are.
later_changes = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        *(rule().as_qualified(ModificationLevel.LTA_UPDATES) for rule in (DocInfoRule, XrefStreamRule, ObjectStreamRule, DSSCompareRule, MetadataUpdateRule)),
    ],
    form_rule=FormUpdatingRule(
        field_rules=[SigFieldCreationRule(allow_new_visible_after_certify=True), SigFieldModificationRule(), GenericFieldModificationRule()]
    ),
)


async def judge_today(signature, roots, others):
    context = ValidationContext(trust_roots=roots, other_certs=others, allow_fetching=False)
    return await async_validate_pdf_signature(signature, context, ts_validation_context=context, diff_policy=later_changes)


def knowledge_of(reader, roots):
    store = DocumentSecurityStore.read_dss(reader)
    responses = [OCSPResponse.load(item.get_object().read_data(DecodePurpose.OCSP_RESPONSE)) for item in store.ocsps]
    lists = [CertificateList.load(item.get_object().read_data(DecodePurpose.CRL)) for item in store.crls]
    return LocalKnowledge(
        known_ocsps=[container for response in responses for container in OCSPContainer.load_multi(response)],
        known_crls=[CRLContainer(item) for item in lists],
        known_certs=[*store.load_certs(), *roots],
    )


def spec_for(knowledge, roots):
    certificates = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=[CertTrustAnchor(root) for root in roots]),
        revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=RevocationCheckingPolicy.from_legacy('hard-fail')),
    )
    return SignatureValidationSpec(
        cert_validation_policy=certificates,
        revinfo_gathering_policy=RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=knowledge,
    )


async def judge_by_evidence(signature, level, roots):
    if level == 'B-LTA':
        return await ades_lta_validation(signature, PdfSignatureValidationSpec(spec_for(LocalKnowledge(known_certs=list(roots)), roots), diff_policy=later_changes))
    signature.compute_integrity_info(diff_policy=later_changes)
    return await ades_with_time_validation(
        signature.signed_data,
        spec_for(knowledge_of(signature.reader, roots), roots),
        raw_digest=signature.compute_digest(),
        extra_status_kwargs=signature.summarise_integrity_info(),
        status_cls=PdfSignatureStatus,
    )


async def judge_with_document_stamps(signature, level, roots, others):
    """The procedures of pyHanko ask for a stamp in the signature itself; here signature and document stamps are judged one by one."""
    def context():
        settings = {'trust_roots': roots, 'other_certs': others, 'allow_fetching': False}
        if level == 'B-T':
            return ValidationContext(**settings)
        return DocumentSecurityStore.read_dss(signature.reader).as_validation_context({**settings, 'revocation_mode': 'hard-fail'})

    stamps = [await async_validate_pdf_timestamp(stamp, context(), diff_policy=later_changes) for stamp in signature.reader.embedded_timestamp_signatures]
    status = await async_validate_pdf_signature(signature, context(), diff_policy=later_changes)
    return status, len(stamps) > 0 and all(stamp.valid and stamp.intact and stamp.trusted for stamp in stamps)


def has_own_stamp(signature):
    unsigned = signature.signer_info['unsigned_attrs'].native or []
    return any(attribute['type'] == 'signature_time_stamp_token' for attribute in unsigned)


async def judge_signature(signature, level, roots, others):
    stamped, verdict = None, None
    if level != 'B-B' and not has_own_stamp(signature):
        status, stamped = await judge_with_document_stamps(signature, level, roots, others)
    elif level in ('B-B', 'B-T'):
        status = await judge_today(signature, roots, others)
    else:
        result = await judge_by_evidence(signature, level, roots)
        status, verdict = result.api_status, f'{result.ades_subindic}'
        if status is None or verdict != 'AdESPassed.OK':
            return {'verdict': verdict, 'good': False, 'text': result.failure_msg or ''}
    stamp = status.timestamp_validity
    own = stamp is not None and stamp.valid and stamp.intact and stamp.trusted
    return {'verdict': verdict, 'good': status.bottom_line, 'stamped': stamped or own, 'text': status.summary()}


def changes_after(path, policy):
    """What was done to the file after each signature, and whether its certification (DocMDP) allows that; null where there is none."""
    with open(path, 'rb') as file:
        judged = []
        for signature in PdfFileReader(file).embedded_regular_signatures:
            signature.compute_integrity_info(diff_policy=policy)
            info = signature.summarise_integrity_info()
            found = info.get('diff_result')
            level = None if found is None else getattr(found, 'modification_level', ModificationLevel.OTHER).name
            judged.append({'level': level, 'allowed': info['docmdp_ok']})
        return judged


async def judge(path, level, roots, others):
    allowing, strict = changes_after(path, later_changes), changes_after(path, None)
    with open(path, 'rb') as file:
        reader = PdfFileReader(file)
        signatures = [
            {**await judge_signature(signature, level, roots, others), 'changes': allowing[index], 'strict': strict[index]}
            for index, signature in enumerate(reader.embedded_regular_signatures)
        ]
        return {'signatures': signatures, 'documentTimeStamps': len(reader.embedded_timestamp_signatures)}


async def main(root, intermediate, *files):
    roots, others = [load_cert_from_pemder(root)], [load_cert_from_pemder(intermediate)]
    for named in files:
        path, _, level = named.rpartition(':')
        try:
            print(json.dumps({'file': path, **await judge(path, level, roots, others)}), flush=True)
        except Exception as error:
            print(json.dumps({'file': path, 'error': f'{type(error).__name__}: {error}'}), flush=True)


asyncio.run(main(*sys.argv[1:]))
