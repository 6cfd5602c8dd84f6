import type { CellVerdict } from '../cell.ts';
import type { Conclusion, Defect } from '../verdict.ts';
import type { InEach } from './front-words.ts';

/** What a verdict comes to, in words of each language. */
export const conclusionIn: Readonly<Record<Conclusion, { readonly one: InEach; readonly block: InEach }>> = {
  pass: {
    one: { en: 'Conforms', es: 'Conforme', ar: 'مطابق' },
    block: { en: 'Block: conforms', es: 'Bloque: conforme', ar: 'المجموعة: مطابقة' },
  },
  fail: {
    one: { en: 'Does not conform', es: 'No conforme', ar: 'غير مطابق' },
    block: { en: 'Block: not accepted', es: 'Bloque: no aceptado', ar: 'المجموعة: غير مقبولة' },
  },
  undecided: {
    one: { en: 'Not decided', es: 'Sin decidir', ar: 'لم يُحسم' },
    block: { en: 'Block: not decided', es: 'Bloque: sin decidir', ar: 'المجموعة: لم تُحسم' },
  },
  unreached: {
    one: { en: 'Nothing was reached', es: 'No se alcanzó nada', ar: 'لم يُوصَل إلى شيء' },
    block: { en: 'Nothing was reached', es: 'No se alcanzó nada', ar: 'لم يُوصَل إلى شيء' },
  },
};

/** What a conclusion says and what it does not. */
export const meaningIn: Readonly<Record<Conclusion, InEach>> = {
  pass: {
    en: 'Every required cell was checked and is met.',
    es: 'Se comprobó cada celda obligatoria y todas se cumplen.',
    ar: 'فُحصت كل خانة مطلوبة وهي مستوفاة.',
  },
  fail: {
    en: 'At least one required cell was checked and is not met.',
    es: 'Al menos una celda obligatoria se comprobó y no se cumple.',
    ar: 'فُحصت خانة مطلوبة واحدة على الأقل ولم تُستوفَ.',
  },
  undecided: {
    en: 'No required cell failed, but not all of them could be decided; what is not decided is not met.',
    es: 'Ninguna celda obligatoria falló, pero no todas pudieron decidirse; lo que no se decide no se cumple.',
    ar: 'لم تفشل أي خانة مطلوبة، لكن لم يمكن حسمها كلها؛ وما لم يُحسم ليس مستوفى.',
  },
  unreached: {
    en: 'No subject could be reached, so nothing was checked.',
    es: 'No se pudo alcanzar ningún objeto, así que no se comprobó nada.',
    ar: 'لم يمكن الوصول إلى أي عنصر، فلم يُفحص شيء.',
  },
};

export const nodeIn: Readonly<Record<Conclusion, InEach>> = {
  pass: { en: 'conforms', es: 'conforme', ar: 'مطابقة' },
  fail: { en: 'fails', es: 'no cumple', ar: 'فاشلة' },
  undecided: { en: 'undecided', es: 'sin decidir', ar: 'غير محسومة' },
  unreached: { en: 'not reached', es: 'no alcanzado', ar: 'لم يُوصَل إليها' },
};

export const cellIn: Readonly<Record<CellVerdict, InEach>> = {
  fail: { en: 'fail', es: 'no cumple', ar: 'فشل' },
  invalid: { en: 'invalid', es: 'inválido', ar: 'باطل' },
  missing: { en: 'missing', es: 'falta', ar: 'مفقود' },
  inconclusive: { en: 'inconclusive', es: 'no concluyente', ar: 'غير حاسم' },
  pass: { en: 'pass', es: 'cumple', ar: 'ناجح' },
  'not-applicable': { en: 'not applicable', es: 'no aplicable', ar: 'لا ينطبق' },
};

export const ownerIn: Readonly<Record<Defect['owner'], InEach>> = {
  hardware: { en: 'hardware', es: 'hardware', ar: 'العتاد' },
  configuration: { en: 'configuration', es: 'configuración', ar: 'الإعدادات' },
  environment: { en: 'environment', es: 'entorno', ar: 'البيئة' },
};
