/** The languages that page one of a report of conformity is written in. */
export const languages = ['en', 'es', 'ar'] as const;
export type Language = (typeof languages)[number];

/** One text in every language: one that is missing does not compile. Digits are Western in all of them. */
export type InEach = Readonly<Record<Language, string>>;

/** What a language is called in itself, and how it is set. */
export const languageWords = {
  en: { name: 'English', direction: 'ltr' },
  es: { name: 'Español', direction: 'ltr' },
  ar: { name: 'العربية', direction: 'rtl' },
} as const satisfies Readonly<Record<Language, { readonly name: string; readonly direction: string }>>;

/** All sentences of page one. Counts stand behind their noun where a language has several plurals. */
const sentences = {
  'test report': {
    en: 'Test report and statement of conformity (self-issued)',
    es: 'Informe de ensayo y declaración de conformidad (emitida por la propia parte)',
    ar: 'تقرير اختبار وإقرار بالمطابقة (صادر ذاتيًا)',
  },
  'screening report': {
    en: 'Screening report: it certifies nothing',
    es: 'Informe preliminar: no certifica nada',
    ar: 'تقرير فحص أولي: لا يشهد بشيء',
  },
  rehearsal: {
    en: 'Rehearsal: it says nothing about any machine',
    es: 'Simulacro: no dice nada de ninguna máquina',
    ar: 'تمرين تجريبي: لا يقول شيئًا عن أي جهاز',
  },
  report: { en: 'Report', es: 'Informe', ar: 'التقرير' },
  items: { en: 'Items', es: 'Objetos', ar: 'العناصر' },
  'items of': {
    en: 'nodes: {nodes} ({classes}); accelerators: {accelerators}',
    es: 'nodos: {nodes} ({classes}); aceleradores: {accelerators}',
    ar: 'العُقد: {nodes} ({classes})، المسرّعات: {accelerators}',
  },
  customer: { en: 'Customer', es: 'Cliente', ar: 'العميل' },
  'no customer': {
    en: 'none stated: no contract',
    es: 'no se indica: sin contrato',
    ar: 'غير مذكور: لا يوجد عقد',
  },
  profile: { en: 'Profile', es: 'Perfil', ar: 'الملف المرجعي' },
  contract: { en: 'Contract', es: 'Contrato', ar: 'العقد' },
  suite: { en: 'Suite', es: 'Conjunto de ensayos', ar: 'مجموعة الاختبارات' },
  tested: { en: 'Test began', es: 'Inicio del ensayo', ar: 'بدأ الاختبار' },
  valid: { en: 'Valid', es: 'Validez', ar: 'الصلاحية' },
  'valid until': {
    en: 'until {day}, or the first event that voids it',
    es: 'hasta el {day}, o hasta el primer suceso que lo invalide',
    ar: 'حتى {day} أو حتى أول حدث يبطله',
  },
  'no expiry': {
    en: 'what did not pass has no expiry',
    es: 'lo que no se ha superado no caduca',
    ar: 'ما لم يُجتز ليس له تاريخ انتهاء',
  },
  unsigned: {
    en: 'not signed: nobody vouches for it yet',
    es: 'sin firmar: nadie responde todavía de él',
    ar: 'غير موقَّع: لا أحد يشهد له بعد',
  },
  signed: { en: 'Signed by', es: 'Firmado por', ar: 'الموقِّع' },
  'signed on': {
    en: '{key} on {day} (by its own stamp)',
    es: '{key} el {day} (según su propia marca de tiempo)',
    ar: '{key} في {day} (حسب ختمه الزمني)',
  },
  'nodes conform': {
    en: '{passed} of {of} nodes conform',
    es: '{passed} de {of} nodos son conformes',
    ar: 'العُقد المطابقة: {passed} من {of}',
  },
  'asked for': {
    en: 'the contract asks for {atLeast} of {of}',
    es: 'el contrato exige {atLeast} de {of}',
    ar: 'يشترط العقد {atLeast} من {of}',
  },
  'nothing in the way': {
    en: 'Nothing stands in the way.',
    es: 'Nada lo impide.',
    ar: 'لا عائق.',
  },
  'in the way': {
    en: 'In the way: hardware {hardware}, configuration {configuration}, environment {environment}; nodes not reached {unreached}, with something not run {unrun}; groups without a node to blame {groups}.',
    es: 'Lo impiden: hardware {hardware}, configuración {configuration}, entorno {environment}; nodos no alcanzados {unreached}, con algo sin ejecutar {unrun}; grupos sin un nodo responsable {groups}.',
    ar: 'العوائق: العتاد {hardware}، الإعدادات {configuration}، البيئة {environment}؛ عُقد لم يُوصَل إليها {unreached}، عُقد فيها ما لم يُنفَّذ {unrun}؛ مجموعات بلا عُقدة مسؤولة {groups}.',
  },
  'by rack': { en: 'Nodes by rack', es: 'Nodos por bastidor', ar: 'العُقد حسب الخزانة' },
  'no rack': { en: 'no rack stated', es: 'sin bastidor indicado', ar: 'لم تُذكر خزانة' },
  'punch list': {
    en: 'Punch list ({count})',
    es: 'Lista de defectos ({count})',
    ar: 'قائمة العيوب ({count})',
  },
  'no defect': {
    en: 'No defect was found.',
    es: 'No se encontró ningún defecto.',
    ar: 'لم يُعثر على أي عيب.',
  },
  'no defect named': {
    en: 'No defect is named. That is no pass: see what was not shown.',
    es: 'No se nombra ningún defecto. Eso no es un aprobado: véase lo no demostrado.',
    ar: 'لم يُذكر أي عيب. هذا ليس اجتيازًا: انظر ما لم يُثبَت.',
  },
  'to do': { en: 'To do', es: 'Acción', ar: 'المطلوب' },
  retest: { en: 'Re-test', es: 'Nuevo ensayo', ar: 'إعادة الاختبار' },
  'more defects': {
    en: 'and {count} more in the section Punch list',
    es: 'y {count} más en la sección Punch list',
    ar: 'وغيرها ({count}) في القسم Punch list',
  },
  shown: { en: 'What was shown', es: 'Lo demostrado', ar: 'ما أُثبت' },
  'shown on': {
    en: 'What was shown on the {count} that conform',
    es: 'Lo demostrado en los {count} conformes',
    ar: 'ما أُثبت على العُقد المطابقة ({count})',
  },
  requirement: { en: 'Requirement', es: 'Requisito', ar: 'المتطلب' },
  limit: { en: 'Limit', es: 'Límite', ar: 'الحد' },
  lowest: { en: 'Lowest', es: 'Mínimo', ar: 'الأدنى' },
  median: { en: 'Median', es: 'Mediana', ar: 'الوسيط' },
  highest: { en: 'Highest', es: 'Máximo', ar: 'الأعلى' },
  margin: { en: 'Margin', es: 'Margen', ar: 'الهامش' },
  'met by': {
    en: 'met by {met} of {of}; readings: {readings}',
    es: 'cumplido por {met} de {of}; lecturas: {readings}',
    ar: 'استوفاه {met} من {of}؛ القراءات: {readings}',
  },
  'more shown': {
    en: 'Other measured requirements that are met: {count}. Met without a measurement: {facts}.',
    es: 'Otros requisitos medidos que se cumplen: {count}. Cumplidos sin medición: {facts}.',
    ar: 'متطلبات مقيسة أخرى مستوفاة: {count}. مستوفاة دون قياس: {facts}.',
  },
  'by contract': {
    en: 'ᶜ limit of the contract',
    es: 'ᶜ límite del contrato',
    ar: 'ᶜ حدّ من العقد',
  },
  'nothing measured': {
    en: 'Nothing that was measured.',
    es: 'Nada que se haya medido.',
    ar: 'لا شيء مما قيس.',
  },
  soak: {
    en: 'Under load: {nodes} nodes, {days} node-days, failures: {failures}. Mean time between failures of a node: at least {mean} node-days at {percent} % confidence; more cannot be claimed. A node that failed counts until then.',
    es: 'Bajo carga: {nodes} nodos, {days} días-nodo, fallos: {failures}. Tiempo medio entre fallos de un nodo: al menos {mean} días-nodo con un {percent} % de confianza; no puede afirmarse más. Un nodo que falló cuenta hasta entonces.',
    ar: 'تحت الحمل: العُقد {nodes}، أيام-عُقدة {days}، الأعطال {failures}. متوسط الزمن بين أعطال العُقدة: {mean} من أيام-عُقدة على الأقل بثقة {percent} %؛ ولا يمكن ادعاء أكثر من ذلك. العُقدة التي تعطلت تُحسب حتى تعطلها.',
  },
  'no soak': {
    en: 'No hours of load were measured: nothing is said of failures over time.',
    es: 'No se midieron horas bajo carga: nada se dice de los fallos a lo largo del tiempo.',
    ar: 'لم تُقَس ساعات تحت الحمل: لا يقال شيء عن الأعطال عبر الزمن.',
  },
  'not shown': { en: 'Not shown', es: 'No demostrado', ar: 'ما لم يُثبَت' },
  'nothing named': {
    en: 'The document names nothing.',
    es: 'El documento no nombra nada.',
    ar: 'لا تذكر الوثيقة شيئًا.',
  },
  'more not shown': {
    en: 'and {count} more in the section Not shown',
    es: 'y {count} más en la sección Not shown',
    ar: 'وغيرها ({count}) في القسم Not shown',
  },
  attempts: { en: 'Attempts', es: 'Intentos', ar: 'المحاولات' },
  steps: {
    en: 'Planned steps: {planned}; completed: {completed}; not: {others}.',
    es: 'Pasos previstos: {planned}; completados: {completed}; no completados: {others}.',
    ar: 'الخطوات المخطط لها: {planned}؛ المكتملة: {completed}؛ غير المكتملة: {others}.',
  },
  exceptions: {
    en: 'Waivers: {waivers}; limits below what is published: {deviations}; cells replaced after a repair: {superseded}.',
    es: 'Exenciones: {waivers}; límites inferiores a los publicados: {deviations}; celdas sustituidas tras una reparación: {superseded}.',
    ar: 'الإعفاءات: {waivers}؛ حدود أدنى من المنشور: {deviations}؛ خانات استُبدلت بعد إصلاح: {superseded}.',
  },
  'in ledger': {
    en: 'Attempts at these machines since they last passed, by the ledger {origin}: {count}.',
    es: 'Intentos con estas máquinas desde su último aprobado, según el registro {origin}: {count}.',
    ar: 'محاولات على هذه الأجهزة منذ آخر اجتياز، حسب السجل {origin}: {count}.',
  },
  'no ledger': {
    en: 'No ledger says whether there were other attempts at these machines.',
    es: 'Ningún registro dice si hubo otros intentos con estas máquinas.',
    ar: 'لا يوجد سجل يبيّن هل كانت هناك محاولات أخرى على هذه الأجهزة.',
  },
  conditions: { en: 'Conditions', es: 'Condiciones', ar: 'الظروف' },
  inlet: { en: 'inlet', es: 'aire de entrada', ar: 'هواء المدخل' },
  driver: { en: 'driver', es: 'controlador', ar: 'برنامج التشغيل' },
  kernel: { en: 'kernel', es: 'núcleo', ar: 'النواة' },
  clock: { en: 'clock off by at most', es: 'desfase de reloj máximo', ar: 'أقصى انحراف للساعة' },
  unknown: { en: 'unknown', es: 'desconocido', ar: 'غير معروف' },
  differ: { en: '{count} different', es: '{count} distintos', ar: 'مختلفة: {count}' },
  check: { en: 'Check it', es: 'Comprobación', ar: 'التحقق' },
  'by assay': {
    en: 'signature, signer, every file, every cell computed again',
    es: 'firma, firmante, cada archivo y cada celda calculada de nuevo',
    ar: 'التوقيع والموقِّع وكل ملف وكل خانة محسوبة من جديد',
  },
  'by others': {
    en: 'These two check the signature and the digest only, and not what the report says.',
    es: 'Estos dos comprueban solo la firma y la huella, no lo que dice el informe.',
    ar: 'هذان يتحققان من التوقيع والبصمة فقط، لا مما يقوله التقرير.',
  },
  evidence: { en: 'Evidence', es: 'Evidencia', ar: 'الأدلة' },
  attests: {
    en: 'It attests what was recorded on the items named, and relates to these items only. It may be reproduced in full only.',
    es: 'Da fe de lo registrado en los objetos nombrados y se refiere solo a ellos. Solo puede reproducirse íntegramente.',
    ar: 'يشهد بما سُجِّل على العناصر المذكورة ولا يخص غيرها. لا يجوز نسخه إلا كاملًا.',
  },
  untranslated: {
    en: 'Titles of requirements, reasons, actions and names are in the words of their source.',
    es: 'Los títulos de requisitos, los motivos, las acciones y los nombres están en las palabras de su fuente. Las secciones que siguen están en inglés.',
    ar: 'عناوين المتطلبات والأسباب والإجراءات والأسماء بكلمات مصدرها. الأقسام التالية بالإنجليزية.',
  },
} as const satisfies Readonly<Record<string, InEach>>;

type Table = typeof sentences;
export type SentenceKey = keyof Table;
/** The names in braces of a sentence. */
type Named<Sentence> = Sentence extends `${string}{${infer Name}}${infer Rest}` ? Name | Named<Rest> : never;
/** What is put into a sentence, by name; nothing where it has no braces. */
export type SentenceValues<Key extends SentenceKey> = [Named<Table[Key]['en']>] extends [never]
  ? readonly []
  : readonly [Readonly<Record<Named<Table[Key]['en']>, string | number>>];

/** A sentence in pieces, so that a writer can keep what is put in apart from the words around it. */
export function piecesIn<Key extends SentenceKey>(
  language: Language,
  key: Key,
  ...[values]: SentenceValues<Key>
): readonly { readonly text: string; readonly isValue: boolean }[] {
  const named: Readonly<Record<string, string | number>> = values ?? {};
  return sentences[key][language].split(/\{(\w+)\}/).map((text, place) => ({
    text: place % 2 === 0 ? text : String(named[text] ?? ''),
    isValue: place % 2 === 1,
  }));
}

/** All sentences, for whoever checks them. */
export const allSentences: Readonly<Record<SentenceKey, InEach>> = sentences;
