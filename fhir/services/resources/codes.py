"""What the codes of DICOM and of an order are called in FHIR. What is not in a table is left out.

Body parts: DICOM PS3.16 Annex L (Table L-1), whose codes are those of CID 4031. Procedures: LOINC.
"""

from __future__ import annotations

from fhir.services.resources.elements import LOINC, SNOMED, Json, coding, concept

BODY_SITES = {
    "ABDOMEN": coding(SNOMED, "818981001", "Abdomen"),
    "ABDOMENPELVIS": coding(SNOMED, "818982008", "Abdomen and Pelvis"),
    "ACJOINT": coding(SNOMED, "85856004", "Acromioclavicular joint"),
    "ANKLE": coding(SNOMED, "70258002", "Ankle joint"),
    "ARM": coding(SNOMED, "40983000", "Upper arm"),
    "BILEDUCT": coding(SNOMED, "28273000", "Bile duct"),
    "BLADDER": coding(SNOMED, "89837001", "Bladder"),
    "BRAIN": coding(SNOMED, "12738006", "Brain"),
    "BREAST": coding(SNOMED, "76752008", "Breast"),
    "BRONCHUS": coding(SNOMED, "955009", "Bronchus"),
    "CALCANEUS": coding(SNOMED, "80144004", "Calcaneus"),
    "CHEST": coding(SNOMED, "816094009", "Chest"),
    "CHESTABDOMEN": coding(SNOMED, "416550000", "Chest and Abdomen"),
    "CHESTABDPELVIS": coding(SNOMED, "416775004", "Chest, Abdomen and Pelvis"),
    "CLAVICLE": coding(SNOMED, "51299004", "Clavicle"),
    "COCCYX": coding(SNOMED, "64688005", "Coccyx"),
    "COLON": coding(SNOMED, "71854001", "Colon"),
    "CSPINE": coding(SNOMED, "122494005", "Cervical spine"),
    "CTSPINE": coding(SNOMED, "1217257000", "Cervico-thoracic spine"),
    "DUODENUM": coding(SNOMED, "38848004", "Duodenum"),
    "ELBOW": coding(SNOMED, "16953009", "Elbow joint"),
    "ESOPHAGUS": coding(SNOMED, "32849002", "Esophagus"),
    "EXTREMITY": coding(SNOMED, "66019005", "Extremity"),
    "EYE": coding(SNOMED, "81745001", "Eye"),
    "FEMUR": coding(SNOMED, "71341001", "Femur"),
    "FIBULA": coding(SNOMED, "87342007", "Fibula"),
    "FINGER": coding(SNOMED, "7569003", "Finger"),
    "FOOT": coding(SNOMED, "56459004", "Foot"),
    "FOREARM": coding(SNOMED, "14975008", "Forearm"),
    "GALLBLADDER": coding(SNOMED, "28231008", "Gallbladder"),
    "HAND": coding(SNOMED, "85562004", "Hand"),
    "HEAD": coding(SNOMED, "69536005", "Head"),
    "HEADNECK": coding(SNOMED, "774007", "Head and Neck"),
    "HEART": coding(SNOMED, "80891009", "Heart"),
    "HIP": coding(SNOMED, "24136001", "Hip joint"),
    "HUMERUS": coding(SNOMED, "85050009", "Humerus"),
    "IAC": coding(SNOMED, "361078006", "Internal Auditory Canal"),
    "ILEUM": coding(SNOMED, "34516001", "Ileum"),
    "ILIUM": coding(SNOMED, "22356005", "Ilium"),
    "JAW": coding(SNOMED, "661005", "Jaw region"),
    "JEJUNUM": coding(SNOMED, "21306003", "Jejunum"),
    "KIDNEY": coding(SNOMED, "64033007", "Kidney"),
    "KNEE": coding(SNOMED, "72696002", "Knee"),
    "LARGEINTESTINE": coding(SNOMED, "14742008", "Large intestine"),
    "LARYNX": coding(SNOMED, "4596009", "Larynx"),
    "LEG": coding(SNOMED, "30021000", "Lower leg"),
    "LIVER": coding(SNOMED, "10200004", "Liver"),
    "LSPINE": coding(SNOMED, "122496007", "Lumbar spine"),
    "LSSPINE": coding(SNOMED, "1217253001", "Lumbo-sacral spine"),
    "LUNG": coding(SNOMED, "39607008", "Lung"),
    "MASTOID": coding(SNOMED, "59066005", "Mastoid bone"),
    "MAXILLA": coding(SNOMED, "70925003", "Maxilla"),
    "MEDIASTINUM": coding(SNOMED, "72410000", "Mediastinum"),
    "NECK": coding(SNOMED, "45048000", "Neck"),
    "NECKCHEST": coding(SNOMED, "417437006", "Neck and Chest"),
    "NECKCHESTABDOMEN": coding(SNOMED, "416152001", "Neck, Chest and Abdomen"),
    "NECKCHESTABDPELV": coding(SNOMED, "416319003", "Neck, Chest, Abdomen and Pelvis"),
    "OPTICCANAL": coding(SNOMED, "55024004", "Optic canal"),
    "ORBIT": coding(SNOMED, "363654007", "Orbital structure"),
    "PANCREAS": coding(SNOMED, "15776009", "Pancreas"),
    "PAROTID": coding(SNOMED, "45289007", "Parotid gland"),
    "PATELLA": coding(SNOMED, "64234005", "Patella"),
    "PELVIS": coding(SNOMED, "816092008", "Pelvis"),
    "PROSTATE": coding(SNOMED, "41216001", "Prostate"),
    "RECTUM": coding(SNOMED, "34402009", "Rectum"),
    "RIB": coding(SNOMED, "113197003", "Rib"),
    "SCAPULA": coding(SNOMED, "79601000", "Scapula"),
    "SELLA": coding(SNOMED, "42575006", "Sella turcica"),
    "SHOULDER": coding(SNOMED, "16982005", "Shoulder"),
    "SIJOINT": coding(SNOMED, "39723000", "Sacroiliac joint"),
    "SKULL": coding(SNOMED, "89546000", "Skull"),
    "SMALLINTESTINE": coding(SNOMED, "30315005", "Small intestine"),
    "SPINE": coding(SNOMED, "421060004", "Spine"),
    "SPLEEN": coding(SNOMED, "78961009", "Spleen"),
    "SSPINE": coding(SNOMED, "54735007", "Sacrum"),
    "STERNUM": coding(SNOMED, "56873002", "Sternum"),
    "STOMACH": coding(SNOMED, "69695003", "Stomach"),
    "THIGH": coding(SNOMED, "68367000", "Thigh"),
    "THUMB": coding(SNOMED, "76505004", "Thumb"),
    "TLSPINE": coding(SNOMED, "1217256009", "Thoraco-lumbar spine"),
    "TMJ": coding(SNOMED, "53620006", "Temporomandibular joint"),
    "TOE": coding(SNOMED, "29707007", "Toe"),
    "TRACHEA": coding(SNOMED, "44567001", "Trachea"),
    "TSPINE": coding(SNOMED, "122495006", "Thoracic spine"),
    "URETER": coding(SNOMED, "87953007", "Ureter"),
    "URETHRA": coding(SNOMED, "13648007", "Urethra"),
    "WHOLEBODY": coding(SNOMED, "38266002", "Entire body"),
    "WRIST": coding(SNOMED, "74670003", "Wrist joint"),
    "ZYGOMA": coding(SNOMED, "13881006", "Zygoma"),
}
"""By Body Part Examined (0018,0015)."""

PROCEDURES = {
    ("CT", "ABDOMEN"): concept(LOINC, "41806-1", "CT Abdomen"),
    ("CT", "CHEST"): concept(LOINC, "24627-2", "CT Chest"),
    ("CT", "CSPINE"): concept(LOINC, "24932-6", "CT Cervical spine"),
    ("CT", "HEAD"): concept(LOINC, "24725-4", "CT Head"),
    ("CT", "LSPINE"): concept(LOINC, "24963-1", "CT Lumbar spine"),
    ("CT", "TSPINE"): concept(LOINC, "24978-9", "CT Thoracic spine"),
    ("MR", "ABDOMEN"): concept(LOINC, "24556-3", "MR Abdomen"),
    ("MR", "BRAIN"): concept(LOINC, "24590-2", "MR Brain"),
    ("MR", "CHEST"): concept(LOINC, "24629-8", "MR Chest"),
    ("MR", "CSPINE"): concept(LOINC, "24935-9", "MR Cervical spine"),
    ("MR", "LSPINE"): concept(LOINC, "24968-0", "MR Lumbar spine"),
    ("MR", "TSPINE"): concept(LOINC, "24980-5", "MR Thoracic spine"),
}
"""By Modality (0008,0060) and Body Part Examined."""

EXAMINATIONS = {
    "MR_BRAIN": ("MRI of the brain", "BRAIN"),
    "MR_BRAIN_CONTRAST": ("MRI of the brain with contrast", "BRAIN"),
    "CT_BRAIN": ("CT of the brain", "BRAIN"),
    "MR_SPINE": ("MRI of the spine", "SPINE"),
    "CT_CHEST": ("CT of the chest", "CHEST"),
}
"""What an order's examinations mean, with their body parts; another is the orderer's words."""

ORDER_CATEGORIES = {
    "RIS": concept(SNOMED, "363679005", "Imaging"),
    "LIS": concept(SNOMED, "108252007", "Laboratory procedure"),
}
"""By the department of an order."""
ORDER_STATES = {"CONFIRMED": "completed", "CANCELLED": "revoked"}
"""By the status of an order; every other is active."""

ANATOMICAL_STRUCTURES = frozenset({"91723000", "123037004"})
"""Segmented Property Categories (SNOMED CT) of a segment that is itself a part of the body."""


def body_site(body_part_examined: str) -> Json | None:
    """The Coding of a body part."""
    return BODY_SITES.get(_term(body_part_examined))


def procedure(modality: str, body_part_examined: str) -> Json | None:
    """The examination that a series of this kind is of."""
    return PROCEDURES.get((modality, _term(body_part_examined)))


def _term(body_part_examined: str) -> str:
    return body_part_examined.strip().upper()
