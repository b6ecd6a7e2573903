import { Confidential, type Text } from '../secrets/confidential.ts';
import { quote } from '../system/quote.ts';

export { quote };

/** As `quote`; a confidential word gives a confidential result whose shown form is quoted too. */
export function quoteText(word: Text): Text {
  if (typeof word === 'string') return quote(word);
  return new Confidential(quote(word.reveal()), quote(word.masked));
}
